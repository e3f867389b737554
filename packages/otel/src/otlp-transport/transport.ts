import { context } from '@opentelemetry/api';
import type { IExporterTransport } from '@opentelemetry/otlp-exporter-base';
import { sdkCore } from '#sdk';
import { PersistentExport, type Repetition } from './persistent-export.ts';
import type { Attempt, Wire, WireRequest } from './wire.ts';

/**
 * Longest time after which a connection is used again. Routers forget one that is silent for some minutes without a word,
 * and most load balancers after one; the same default as of the HTTP client of Java (`jdk.httpclient.keepalive.timeout`).
 */
const MAX_IDLE_MILLIS = 30_000;

/** What holds for the exports of one exporter, by whichever protocol. */
export interface OtlpTransportOptions {
  /** Once aborted, nothing is sent any more: what is on its way fails at once, and so does what comes later. */
  readonly stop: AbortSignal;
  /** Default: never. */
  readonly repetition?: Repetition | undefined;
  /** Told of attempts that failed, whether or not others follow. */
  readonly onFault?: ((error: Error) => void) | undefined;
}

/** The seam of the SDK's exporters. */
export interface OtlpTransport extends IExporterTransport {
  /** Somebody waits for what is on its way: it is tried again now, where it only pauses or seems to be lost. */
  hurry(): void;
}

/**
 * Exports over a wire. An export with all its attempts and the reading of its answer has one deadline, after which its
 * connection is closed. Attempts are not traced. Nothing here keeps an idle process alive.
 */
export function createOtlpTransport(
  wire: Wire,
  { stop, repetition = 'never', onFault }: OtlpTransportOptions,
): OtlpTransport {
  const { suppressTracing } = sdkCore();
  const running = new Set<PersistentExport>();
  let attempts = 0;
  let usedAt = Number.POSITIVE_INFINITY;
  stop.addEventListener('abort', () => {
    for (const each of running) each.abort(stop.reason);
    wire.disconnect();
  });

  const attempt = async (request: WireRequest): Promise<Attempt> => {
    // By the clock of the calendar: a machine that was frozen may not have counted that time.
    if (attempts === 0 && Date.now() - usedAt > MAX_IDLE_MILLIS) wire.disconnect();
    attempts++;
    try {
      // Neither the first request nor a later one is traced, whoever asked for the export.
      const made = await context.with(suppressTracing(context.active()), () => wire.attempt(request));
      // Of what we have ended ourselves, whoever did knows more.
      if (made.response.status === 'failure' && !request.signal.aborted) onFault?.(made.response.error);
      return made;
    } finally {
      attempts--;
      usedAt = Date.now();
    }
  };
  return {
    async send(data, timeoutMillis) {
      if (stop.aborted) return { status: 'failure', error: stop.reason as Error };
      const sent = new PersistentExport({
        wire: { attempt, renew: wire.renew },
        timeoutMillis,
        repetition,
      });
      running.add(sent);
      try {
        const response = await sent.send(() => wire.encode(data));
        const isGivenUp = stop.aborted && response.status === 'failure';
        return isGivenUp ? { status: 'failure', error: stop.reason as Error } : response;
      } catch (error) {
        return { status: 'failure', error: error as Error };
      } finally {
        running.delete(sent);
      }
    },
    hurry() {
      for (const each of running) each.hurry();
    },
    shutdown: wire.disconnect,
  };
}
