import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Behaviour, RETRY_AFTER_SECONDS, type Receiver } from './harness.ts';

/** A request that came whole. */
export interface HttpRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** An answer of a receiver. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What is in a request that was taken. */
export interface HttpReading {
  /** One text for each notification, as {@link Receiver.received} gives them. */
  readonly notifications: readonly string[];
  /** What is wrong with it by the rules of the format. */
  readonly problems?: readonly string[];
}

/** How a receiver of a format answers, and what it reads. */
export interface HttpReceiverOptions {
  read(request: HttpRequest): HttpReading;
  /** Default 200 and no body. */
  accept?(request: HttpRequest): HttpAnswer;
  /**
   * Where the format says these otherwise than by status. Default 429 with `Retry-After`, 500 and 400, quoting the request.
   */
  readonly answers?: Partial<Record<'throttle' | 'fail' | 'reject', (request: HttpRequest) => HttpAnswer>>;
  /** Added to the address. Default `/`. */
  readonly path?: string;
}

/** An HTTP server that does all that receivers do to deliveries. */
export interface HttpReceiver extends Receiver {
  readonly url: string;
  /** All requests that came whole, taken or not. */
  requests(): readonly HttpRequest[];
  received(): readonly string[];
  problems(): readonly string[];
  strayed(): number;
}

/**
 * Opens a server on a free port of 127.0.0.1, for the harness of a channel that delivers by HTTP. It keeps no process alive.
 */
export async function openHttpReceiver(options: HttpReceiverOptions): Promise<HttpReceiver> {
  let behaviour: Behaviour | 'accept' = 'accept';
  let strayed = 0;
  const requests: HttpRequest[] = [];
  const readings: HttpReading[] = [];
  const elsewhere = server((_, response) => {
    strayed++;
    response.end();
  });
  const elsewherePort = await listen(elsewhere, 0);
  const main = server((incoming, response) => {
    void whole(incoming).then(
      (request) => {
        requests.push(request);
        if (behaviour === 'accept') readings.push(readingOf(options, request));
        treat(behaviour, options, request, response, `http://127.0.0.1:${elsewherePort}/elsewhere`);
      },
      () => {},
    );
  });
  const port = await listen(main, 0);
  return {
    url: `http://127.0.0.1:${port}${options.path ?? '/'}`,
    requests: () => requests,
    received: () => readings.flatMap(({ notifications }) => notifications),
    problems: () => readings.flatMap(({ problems = [] }) => problems),
    strayed: () => strayed,
    async behave(next) {
      behaviour = next;
      if (next === 'refuse') await close(main);
      else if (!main.listening) await listen(main, port);
    },
    async close() {
      await Promise.all([close(main), close(elsewhere)]);
    },
  };
}

/** What cannot be read is a problem of what was sent. */
function readingOf(options: HttpReceiverOptions, request: HttpRequest): HttpReading {
  try {
    return options.read(request);
  } catch (error) {
    return { notifications: [], problems: [`it cannot be read: ${String(error)}`] };
  }
}

function treat(
  behaviour: Behaviour | 'accept',
  { accept, answers }: HttpReceiverOptions,
  request: HttpRequest,
  response: ServerResponse,
  elsewhere: string,
): void {
  // Some servers quote what they do not like.
  const quote = `no: ${request.method} ${request.path} ${JSON.stringify(request.headers)} ${request.body.toString()}`;
  const throttled = { status: 429, headers: { 'retry-after': String(RETRY_AFTER_SECONDS) }, body: quote };
  const answered: Partial<Record<Behaviour | 'accept', () => HttpAnswer>> = {
    accept: () => accept?.(request) ?? { status: 200 },
    throttle: () => answers?.throttle?.(request) ?? throttled,
    fail: () => answers?.fail?.(request) ?? { status: 500, body: quote },
    reject: () => answers?.reject?.(request) ?? { status: 400, body: quote },
    redirect: () => ({ status: 307, headers: { location: elsewhere } }),
  };
  const made = answered[behaviour]?.();
  if (made !== undefined) answer(response, made);
  else if (behaviour === 'rubbish') response.socket?.end(`\u0000\u00FF${quote}\r\n\r\n`);
  else if (behaviour === 'break') response.socket?.end('HTTP/1.1 200 OK\r\nContent-Le');
  // Otherwise it hangs.
}

function answer(response: ServerResponse, { status, headers = {}, body = '' }: HttpAnswer): void {
  response.writeHead(status, headers).end(body);
}

async function whole(incoming: IncomingMessage): Promise<HttpRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const { method = '', url = '', headers } = incoming;
  return { method, path: url, headers, body: Buffer.concat(chunks) };
}

function server(handle: (incoming: IncomingMessage, response: ServerResponse) => void): Server {
  const made = createServer(handle);
  made.on('connection', (socket) => socket.unref());
  return made;
}

function listen(target: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    target.once('error', reject);
    target.listen(port, '127.0.0.1', () => {
      target.off('error', reject);
      target.unref();
      resolve((target.address() as AddressInfo).port);
    });
  });
}

function close(target: Server): Promise<void> {
  return new Promise((resolve) => {
    target.close(() => resolve());
    target.closeAllConnections();
  });
}
