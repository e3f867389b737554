import type { Agent, request } from 'node:http';
import {
  createOtlpTransport,
  type OtlpTransport,
  type OtlpTransportOptions,
} from '../otlp-transport/transport.ts';
import type { Attempt, ExportResponse, WireRequest } from '../otlp-transport/wire.ts';
import type { Certificates } from './certificates.ts';
import { type Answer, NotAnsweredError, post } from './post.ts';
import { isRetryableError } from './retry.ts';
import { HttpStatusError } from './status.ts';

/** Where and how an export is sent. */
export interface HttpDestination {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly compression: 'none' | 'gzip';
  readonly certificates: Certificates;
}

/** What a transport over HTTP is made of. */
export interface HttpTransportOptions extends HttpDestination, OtlpTransportOptions {
  /** Told how far a request is. For one that sends one export at a time. */
  readonly progress?: SendProgress | undefined;
}

/** How far a request is. */
export interface SendProgress {
  /** The operating system has all of it, and it has not been answered: the receiver will have it, whoever ends now. */
  isWritten: boolean;
}

/** `node:http` or `node:https`, and the connections that are kept open. */
interface Client {
  readonly request: typeof request;
  readonly agent: Agent;
}

/** OTLP over HTTP/1.1, behind the seam of the SDK's exporters. */
export function createHttpTransport(options: HttpTransportOptions): OtlpTransport {
  let client: Promise<Client> | undefined;
  const withAgent = (work: (agent: Agent) => void): void =>
    void client?.then(
      ({ agent }) => work(agent),
      () => {},
    );
  return createOtlpTransport(
    {
      encode: async (data) => (options.compression === 'gzip' ? gzipped(data) : data),
      async attempt(request) {
        client ??= createClient(options);
        return attemptOnce(await client, options, request);
      },
      renew: () => withAgent(closeFree),
      disconnect: () => withAgent((agent) => agent.destroy()),
    },
    options,
  );
}

function closeFree({ freeSockets }: Agent): void {
  for (const sockets of Object.values(freeSockets)) for (const socket of sockets ?? []) socket.destroy();
}

async function attemptOnce(
  { request: send, agent }: Client,
  { url, headers, compression, progress }: HttpTransportOptions,
  { body, signal, onKept }: WireRequest,
): Promise<Attempt> {
  const encoding = compression === 'gzip' ? { 'content-encoding': 'gzip' } : {};
  const all = { ...headers, ...encoding, 'content-length': body.length };
  const onWritten = (): void => {
    if (progress !== undefined) progress.isWritten = true;
  };
  try {
    return judge(await post({ request: send, url, agent, headers: all, body, signal, onKept, onWritten }));
  } catch (error) {
    const { cause, isStale } = error instanceof NotAnsweredError ? error : { cause: error, isStale: false };
    const response: ExportResponse = { status: 'failure', error: cause as Error };
    if (!isRetryableError(cause)) return { response, retry: 'never' };
    return { response, retry: isStale ? 'at once' : 'later' };
  } finally {
    if (progress !== undefined) progress.isWritten = false;
  }
}

function judge(answer: Answer): Attempt {
  const { status, body, isComplete } = answer;
  if (status >= 200 && status <= 299) {
    // The data was taken; what the receiver says about it is another matter.
    return { response: { status: 'success', ...(isComplete ? { data: body } : {}) }, retry: 'never' };
  }
  const error = new HttpStatusError({ ...answer, body: body.toString() });
  const response: ExportResponse = { status: 'failure', error };
  if (!error.isRetryable) return { response, retry: 'never' };
  return { response, retry: 'later', waitMillis: error.waitMillis };
}

async function createClient({ url, certificates }: HttpDestination): Promise<Client> {
  if (url.protocol === 'https:') {
    const { Agent, request: send } = await import('node:https');
    return { agent: new Agent({ keepAlive: true, ...certificates }), request: unwrapped(send) };
  }
  const { Agent, request: send } = await import('node:http');
  return { agent: new Agent({ keepAlive: true }), request: unwrapped(send) };
}

async function gzipped(data: Uint8Array): Promise<Uint8Array> {
  const [{ gzip }, { promisify }] = await Promise.all([import('node:zlib'), import('node:util')]);
  return promisify(gzip)(data);
}

/**
 * A function as it was before instrumentations wrapped it, which note down what they wrap as `shimmer` does: what is sent from here
 * is no request of the application, and one more of them in its metrics would always be news to send.
 */
function unwrapped<F>(given: F): F {
  const { __wrapped, __original } = given as { __wrapped?: unknown; __original?: F };
  return __wrapped === true && typeof __original === 'function' ? unwrapped(__original) : given;
}
