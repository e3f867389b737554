import type { Agent, request } from 'node:http';
import {
  createOtlpTransport,
  type OtlpTransport,
  type OtlpTransportOptions,
} from '../otlp-transport/transport.ts';
import type { Attempt, ExportResponse, WireRequest } from '../otlp-transport/wire.ts';
import type { Certificates } from './certificates.ts';
import { gzipped } from './gzipped.ts';
import { type Answer, NotAnsweredError, post } from './post.ts';
import { isPage } from './reason.ts';
import { isRetryableError } from './retry.ts';
import { statusErrorOf } from './status.ts';

/** Where and how an export is sent. */
export interface HttpDestination {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly compression: 'none' | 'gzip';
  /** Asked before each attempt: they may be renewed. */
  readonly certificates: () => Certificates;
}

/** What a transport over HTTP is made of. */
export interface HttpTransportOptions extends HttpDestination, OtlpTransportOptions {
  /** Told how far a request is. For one that sends one export at a time. */
  readonly progress?: SendProgress | undefined;
  /** Told of answers of success that no receiver of OTLP gives, by their content type. */
  readonly onForeignAnswer?: ((contentType: string) => void) | undefined;
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
  /** Those of the last attempt. */
  certificates: Certificates | undefined;
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
  client: Client,
  options: HttpTransportOptions,
  { body, signal, onKept }: WireRequest,
): Promise<Attempt> {
  const { url, headers, compression, certificates, progress } = options;
  const encoding = compression === 'gzip' ? { 'content-encoding': 'gzip' } : {};
  const all = { ...headers, ...encoding, 'content-length': body.length };
  const onWritten = (): void => {
    if (progress !== undefined) progress.isWritten = true;
  };
  try {
    const connection = { request: client.request, agent: client.agent, url, certificates: certificates() };
    // With others, connections that were opened before are not used any more.
    if (client.certificates !== connection.certificates) closeFree(client.agent);
    client.certificates = connection.certificates;
    return judge(await post({ ...connection, headers: all, body, signal, onKept, onWritten }), options);
  } catch (error) {
    const { cause, isStale } = error instanceof NotAnsweredError ? error : { cause: error, isStale: false };
    const response: ExportResponse = { status: 'failure', error: cause as Error };
    if (!isRetryableError(cause)) return { response, retry: 'never' };
    return { response, retry: isStale ? 'at once' : 'later' };
  } finally {
    if (progress !== undefined) progress.isWritten = false;
  }
}

function judge(answer: Answer, { url, onForeignAnswer }: HttpTransportOptions): Attempt {
  const { status, body, contentType = '', isComplete } = answer;
  if (status >= 200 && status <= 299) {
    const isForeign = isPage(answer);
    if (isForeign) onForeignAnswer?.(contentType);
    // The data was taken; what the receiver says about it is another matter.
    const isReadable = isComplete && !isForeign;
    return { response: { status: 'success', ...(isReadable ? { data: body } : {}) }, retry: 'never' };
  }
  const error = statusErrorOf(answer, url);
  const response: ExportResponse = { status: 'failure', error };
  if (!error.isRetryable) return { response, retry: 'never' };
  return { response, retry: 'later', waitMillis: error.waitMillis };
}

async function createClient({ url }: HttpDestination): Promise<Client> {
  if (url.protocol === 'https:') {
    const { Agent, request: send } = await import('node:https');
    return { agent: new Agent({ keepAlive: true }), request: unwrapped(send), certificates: undefined };
  }
  const { Agent, request: send } = await import('node:http');
  return { agent: new Agent({ keepAlive: true }), request: unwrapped(send), certificates: undefined };
}

/**
 * A function as it was before instrumentations wrapped it, which note down what they wrap as `shimmer` does: what is sent from here
 * is no request of the application, and one more of them in its metrics would always be news to send.
 */
function unwrapped<F>(given: F): F {
  const { __wrapped, __original } = given as { __wrapped?: unknown; __original?: F };
  return __wrapped === true && typeof __original === 'function' ? unwrapped(__original) : given;
}
