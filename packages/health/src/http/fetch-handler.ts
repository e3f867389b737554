import type { Health } from '../health.ts';
import type { HealthHttpOptions } from './options.ts';
import type { Answer, RequestFacts } from './request-facts.ts';
import { createResponder } from './responder.ts';

/**
 * The health endpoints for servers that speak Fetch: Hono, Next.js, Bun, Deno, workers. 404 for other paths. The
 * promise never rejects.
 *
 * @example
 * export const GET = createHealthFetch(health);
 * @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT` for options that cannot be, with all problems at once.
 */
export function createHealthFetch(
  health: Health,
  options: HealthHttpOptions = {},
): (request: Request) => Promise<Response> {
  const responder = createResponder(health, options);
  return async (request) => {
    const answer = await (responder.answer(factsOf(request)) ?? responder.notFound());
    const headers = new Headers(pairsOf(answer));
    return new Response(request.method === 'HEAD' ? null : answer.body, { status: answer.status, headers });
  };
}

function factsOf(request: Request): RequestFacts {
  const { method, url, headers } = request;
  return {
    method,
    url,
    accept: headers.get('accept') ?? undefined,
    authorization: headers.get('authorization') ?? undefined,
    describe: () => ({ headers: Object.fromEntries(headers), method, url, remoteAddress: undefined }),
  };
}

function pairsOf({ headers }: Answer): [string, string][] {
  const pairs: [string, string][] = [];
  for (let index = 0; index < headers.length; index += 2) {
    pairs.push([headers[index] ?? '', headers[index + 1] ?? '']);
  }
  return pairs;
}
