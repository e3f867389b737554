import type { FastifyInstance } from 'fastify';

/** Upper bounds of the durations of requests, in seconds: those of the semantic conventions, and of instrumentation-http. */
export const DURATION_BOUNDS: readonly number[] = [
  0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
];

/** Labels of a request. */
export type RequestLabels = Record<'method' | 'route' | 'status', string>;

/** What who instruments Fastify by hand writes: one hook, with the duration that Fastify knows. */
export function onEachRequest(
  app: FastifyInstance,
  isRecording: () => boolean,
  record: (labels: RequestLabels, seconds: number) => void,
): void {
  app.addHook('onResponse', (request, reply, done) => {
    if (isRecording()) {
      const route = request.routeOptions.url ?? 'unknown';
      record({ method: request.method, route, status: String(reply.statusCode) }, reply.elapsedTime / 1_000);
    }
    done();
  });
}
