import type { Agent, IncomingMessage, OutgoingHttpHeaders, request } from 'node:http';
import type { Socket } from 'node:net';
import type { Certificates } from './certificates.ts';

/** Bytes of an answer that are kept. A partial success or an error of OTLP is a few hundred. */
const MAX_BODY_BYTES = 64 * 1024;
/** Longest wait for the body once the status is known: the status says what became of the data. */
const MAX_BODY_MILLIS = 2_000;

/** One request. */
export interface Post {
  /** `request` of `node:http` or `node:https`. */
  readonly request: typeof request;
  readonly url: URL;
  readonly agent: Agent;
  readonly headers: OutgoingHttpHeaders;
  /** A connection that was opened with others is not used. */
  readonly certificates: Certificates;
  readonly body: Uint8Array;
  /** Ends the request at once. */
  readonly signal: AbortSignal;
  /** Called when it goes over a connection that was kept open. */
  readonly onKept: () => void;
  /** Called when the operating system has all of the request. */
  readonly onWritten: () => void;
}

/** What a receiver answered. */
export interface Answer {
  readonly status: number;
  /** The reason phrase. */
  readonly message: string;
  readonly retryAfter: string | undefined;
  /** Where a redirect leads. */
  readonly location: string | undefined;
  readonly contentType: string | undefined;
  /** What came of the body, at most 64 KiB. */
  readonly body: Uint8Array;
  /** Whether that is all of it. */
  readonly isComplete: boolean;
}

/** A request that was not answered. */
export class NotAnsweredError extends Error {
  override readonly name = 'NotAnsweredError';
  /** The receiver closed a connection that was kept open, as it may at any time, before it could have read the request. */
  readonly isStale: boolean;

  constructor(cause: unknown, isStale: boolean) {
    super('The request was not answered', { cause });
    this.isStale = isStale;
  }
}

/**
 * Sends one request and resolves to its answer. Rejects with a {@link NotAnsweredError} when there is none.
 *
 * Nothing here keeps the process alive: whoever waits for a delivery does, for as long as it waits.
 */
export function post(options: Post): Promise<Answer> {
  const { request: send, url, agent, headers, certificates, body, signal, onKept, onWritten } = options;
  return new Promise((resolve, reject) => {
    const outgoing = send(url, { ...certificates, method: 'POST', agent, headers });
    const cut = (): void => void outgoing.destroy(signal.reason as Error);
    if (signal.aborted) cut();
    signal.addEventListener('abort', cut);
    outgoing.on('close', () => signal.removeEventListener('abort', cut));
    outgoing.on('socket', (socket) => {
      release(socket);
      if (outgoing.reusedSocket) onKept();
    });
    outgoing.on('finish', onWritten);
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      const isReset = error.code === 'ECONNRESET' || error.code === 'EPIPE';
      reject(new NotAnsweredError(error, outgoing.reusedSocket && isReset));
    });
    outgoing.on('response', (response) => resolve(read(response)));
    outgoing.end(body);
  });
}

/** Lets the process end while the socket is open. One that is connecting may get another handle when it is connected. */
function release(socket: Socket): void {
  const unref = (): void => void socket.unref();
  unref();
  if (socket.connecting) socket.once('connect', unref);
}

function read(response: IncomingMessage): Promise<Answer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const stop = (): void => void response.destroy();
    const timer = setTimeout(stop, MAX_BODY_MILLIS).unref();
    response.on('data', (chunk: Buffer) => {
      if (size < MAX_BODY_BYTES) chunks.push(chunk.subarray(0, MAX_BODY_BYTES - size));
      size += chunk.length;
      if (size > MAX_BODY_BYTES) stop();
    });
    // The connection broke off; `close` follows.
    response.on('error', () => {});
    response.on('close', () => {
      clearTimeout(timer);
      resolve({
        status: response.statusCode ?? 0,
        message: response.statusMessage ?? '',
        retryAfter: response.headers['retry-after'],
        location: response.headers.location,
        contentType: response.headers['content-type'],
        body: Buffer.concat(chunks),
        isComplete: response.complete && size <= MAX_BODY_BYTES,
      });
    });
  });
}
