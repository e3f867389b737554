import type { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { context } from '@opentelemetry/api';
import type { IExporterTransport } from '@opentelemetry/otlp-exporter-base';
import { tell } from '@org/instrument-core';
import { sdkCore, sdkOtlpExporter } from '#sdk';
import type { Certificates } from './certificates.ts';
import { type Answer, NotAnsweredError, post } from './post.ts';
import { backOffMillis, isRetryableError, isRetryableStatus, retryAfterMillis } from './retry.ts';

/** Where and how an export is sent. */
export interface HttpTransportOptions {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly compression: 'none' | 'gzip';
  readonly certificates: Certificates;
  /** Once aborted, nothing is sent any more: what is on its way fails at once, and so does what comes later. */
  readonly stop: AbortSignal;
  /** Told how far a request is. For one that sends one export at a time. */
  readonly progress?: SendProgress | undefined;
  /** Told of attempts that failed, whether or not others follow. */
  readonly onFault?: ((error: Error) => void) | undefined;
}

/** How far a request is. */
export interface SendProgress {
  /** The operating system has all of it, and it has not been answered: the receiver will have it, whoever ends now. */
  isWritten: boolean;
}

type ExportResponse = Awaited<ReturnType<IExporterTransport['send']>>;

/** `node:http` or `node:https`, and the connections that are kept open. */
interface Client {
  readonly request: typeof request;
  readonly agent: Agent;
}

/**
 * OTLP over HTTP/1.1, behind the seam of the SDK's exporters. An export with all its attempts and the reading of its
 * answer has one deadline, after which its connection is closed. Nothing of it keeps an idle process alive.
 */
export function createHttpTransport(options: HttpTransportOptions): IExporterTransport {
  const { suppressTracing } = sdkCore();
  const { stop } = options;
  const running = new Set<AbortController>();
  let client: Promise<Client> | undefined;
  const close = (): void =>
    void client?.then(
      ({ agent }) => agent.destroy(),
      () => {},
    );
  stop.addEventListener('abort', () => {
    for (const each of running) each.abort(stop.reason);
    close();
  });
  return {
    async send(data, timeoutMillis) {
      if (stop.aborted) return { status: 'failure', error: stop.reason as Error };
      const end = new AbortController();
      running.add(end);
      const giveUp = (): void => end.abort(new Error(`no answer within ${timeoutMillis} ms`));
      const timer = setTimeout(giveUp, timeoutMillis).unref();
      const endsAt = performance.now() + timeoutMillis;
      try {
        client ??= createClient(options);
        const body = options.compression === 'gzip' ? await gzipped(data) : data;
        const used = await client;
        const attempt = async (): Promise<Attempt> => {
          // Neither the first request nor a later one is traced, whoever asked for the export.
          const traceless = suppressTracing(context.active());
          const made = await context.with(traceless, () => attemptOnce(used, options, body, end.signal));
          if (made.response.status === 'failure') options.onFault?.(made.response.error);
          return made;
        };
        return await persist(attempt, endsAt, end.signal);
      } catch (error) {
        return { status: 'failure', error: error as Error };
      } finally {
        clearTimeout(timer);
        running.delete(end);
      }
    },
    shutdown: close,
  };
}

/** How an attempt ended, and whether there may be another one. */
interface Attempt {
  readonly response: ExportResponse;
  readonly retry: 'never' | 'at once' | 'later';
  /** What the receiver asked for. */
  readonly waitMillis?: number | undefined;
}

/** Tries until it is delivered or refused, or until the next attempt would come too late. */
async function persist(
  attempt: () => Promise<Attempt>,
  endsAt: number,
  signal: AbortSignal,
): Promise<ExportResponse> {
  for (let retry = 0; ; retry++) {
    const { response, retry: when, waitMillis } = await attempt();
    if (when === 'never' || signal.aborted) return response;
    // Once: what is stale is found out by using it, but not every connection can be.
    if (when === 'at once' && retry === 0) continue;
    const wait = waitMillis ?? backOffMillis(retry);
    if (wait >= endsAt - performance.now()) return response;
    tell('verbose', `OTLP: trying again in ${Math.round(wait)} ms`);
    try {
      await sleep(wait, undefined, { ref: false, signal });
    } catch {
      return response;
    }
  }
}

async function attemptOnce(
  { request: send, agent }: Client,
  { url, headers, compression, progress }: HttpTransportOptions,
  body: Uint8Array,
  signal: AbortSignal,
): Promise<Attempt> {
  const encoding = compression === 'gzip' ? { 'content-encoding': 'gzip' } : {};
  const all = { ...headers, ...encoding, 'content-length': body.length };
  const onWritten = (): void => {
    if (progress !== undefined) progress.isWritten = true;
  };
  try {
    return judge(await post({ request: send, url, agent, headers: all, body, signal, onWritten }));
  } catch (error) {
    const { cause, isStale } = error instanceof NotAnsweredError ? error : { cause: error, isStale: false };
    const response: ExportResponse = { status: 'failure', error: cause as Error };
    if (!isRetryableError(cause)) return { response, retry: 'never' };
    return { response, retry: isStale ? 'at once' : 'later' };
  } finally {
    if (progress !== undefined) progress.isWritten = false;
  }
}

function judge({ status, message, body, isComplete, retryAfter }: Answer): Attempt {
  if (status >= 200 && status <= 299) {
    // The data was taken; what the receiver says about it is another matter.
    return { response: { status: 'success', ...(isComplete ? { data: body } : {}) }, retry: 'never' };
  }
  const { OTLPExporterError } = sdkOtlpExporter();
  const error = new OTLPExporterError(message, status, body.toString());
  const response: ExportResponse = { status: 'failure', error };
  if (!isRetryableStatus(status)) return { response, retry: 'never' };
  return { response, retry: 'later', waitMillis: retryAfterMillis(retryAfter) };
}

async function createClient({ url, certificates }: HttpTransportOptions): Promise<Client> {
  if (url.protocol === 'https:') {
    const { Agent, request: send } = await import('node:https');
    return { agent: new Agent({ keepAlive: true, ...certificates }), request: send };
  }
  const { Agent, request: send } = await import('node:http');
  return { agent: new Agent({ keepAlive: true }), request: send };
}

async function gzipped(data: Uint8Array): Promise<Uint8Array> {
  const [{ gzip }, { promisify }] = await Promise.all([import('node:zlib'), import('node:util')]);
  return promisify(gzip)(data);
}
