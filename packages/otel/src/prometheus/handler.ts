import { type IncomingMessage, ServerResponse } from 'node:http';
import { tell } from '@org/instrument-core';
import type { TextFormat } from './exposition.ts';
import { acceptsGzip, CONTENT_TYPES, negotiateFormat } from './negotiation.ts';
import { pathOf } from './request-path.ts';
import type { Scrape } from './scrape.ts';
import type { BodyHead, BodyPiece, ScrapeBody } from './scrape-body.ts';

/** A request handler for `node:http`, or for a framework that hands out its request and response. */
export type MetricsHandler = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Bodies that may be held for readers too slow to have taken them: with more, the slowest readers are cut off, so that
 * memory stays at a few times the size of a scrape.
 */
const MAX_HELD_BODIES = 4;

/**
 * Answers `GET` and `HEAD` with the metrics, in the format and encoding that the request prefers; 405 to other
 * methods, 500 when the collection fails. Never throws or rejects.
 */
export function createMetricsHandler(scrape: Scrape): MetricsHandler {
  const held = new Map<ScrapeBody, Set<ServerResponse>>();

  async function answer(format: TextFormat, gzip: boolean, response: ServerResponse): Promise<void> {
    const body = await scrape(format, gzip);
    if (response.destroyed) return;
    const pieces = body.read();
    const release = hold(body, response, held);
    try {
      writeHead(response, format, await body.head);
      const send = sender(response);
      const drained = drains(response);
      for await (const piece of pieces) {
        if (!send(piece)) await drained();
        if (response.destroyed) return;
      }
      response.end();
    } finally {
      release();
    }
  }

  return (request, response) => {
    // A client that goes away is no news; without a listener its error would end the process.
    response.on('error', () => {});
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      refuse(response, 405, 'Method Not Allowed', { Allow: 'GET, HEAD' });
      return;
    }
    const format = negotiateFormat(request.headers.accept);
    if (request.method === 'HEAD') {
      writeHead(response, format, { gzip: false, length: undefined });
      response.end();
      return;
    }
    const gzip = acceptsGzip(headerText(request.headers['accept-encoding']));
    answer(format, gzip, response).catch((error: unknown) => fail(response, error));
  };
}

/** Paths of other rooms on the server of `/metrics`. */
export interface ServedRoutes {
  /** Answers a request, or returns `false`: it is not for one of these paths. Must not throw. */
  handle(request: IncomingMessage, response: ServerResponse): boolean;
}

/**
 * Answers requests for `path` with `metrics` and those of `routes`, 400 to a URL that cannot be read, 404 to all else.
 */
export function createPathHandler(
  path: string,
  metrics: MetricsHandler,
  routes?: ServedRoutes,
): MetricsHandler {
  return (request, response) => {
    if (routes?.handle(request, response) === true) return;
    const pathname = pathOf(request.url ?? '');
    if (pathname === undefined) refuse(response, 400, 'Bad Request');
    else if (pathname !== path) refuse(response, 404, 'Not Found');
    else metrics(request, response);
  };
}

function headerText(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(',') : header;
}

function writeHead(response: ServerResponse, format: TextFormat, head: BodyHead): void {
  response.writeHead(200, {
    'Content-Type': CONTENT_TYPES[format],
    Vary: 'Accept, Accept-Encoding',
    ...(head.gzip ? { 'Content-Encoding': 'gzip' } : {}),
    ...(head.length === undefined ? {} : { 'Content-Length': head.length }),
  });
}

function refuse(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', ...headers });
  response.end(`${text}\n`);
}

/** 500 with a comment line; when the head is out already, the connection is cut, so that no part passes for the whole. */
function fail(response: ServerResponse, error: unknown): void {
  tell('error', 'Prometheus: a scrape failed', error);
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const text = error instanceof Error ? error.message : String(error);
  refuse(response, 500, `# failed to export metrics: ${text.replace(/\s+/g, ' ')}`);
}

/**
 * Writes pieces, and tells when they have been sent: to Node's own `write` only, since one that a middleware has put in
 * its place may keep the bytes. Returns whether more may be written at once.
 */
function sender(response: ServerResponse): (piece: BodyPiece) => boolean {
  if (response.write !== ServerResponse.prototype.write) return ({ bytes }) => response.write(bytes);
  return ({ bytes, sent }) =>
    response.write(bytes, (error) => {
      if (!error) sent();
    });
}

/**
 * Gives a promise for each time that no more may be written at once: of when it may, or the response is closed. It listens
 * once and for good, since a middleware that compresses hands listeners on and does not take them back.
 */
function drains(response: ServerResponse): () => Promise<void> {
  let goOn: (() => void) | undefined;
  const wake = (): void => goOn?.();
  response.on('drain', wake).on('close', wake);
  return async () => {
    if (response.destroyed) return;
    await new Promise<void>((resolve) => {
      goOn = resolve;
    });
  };
}

/** Notes who reads a body, and cuts off the readers of the oldest when there are too many. */
function hold(
  body: ScrapeBody,
  response: ServerResponse,
  held: Map<ScrapeBody, Set<ServerResponse>>,
): () => void {
  const readers = held.get(body) ?? new Set();
  readers.add(response);
  held.set(body, readers);
  const [oldest] = held.values();
  if (held.size > MAX_HELD_BODIES && oldest !== undefined) {
    tell('warn', `Prometheus: ${oldest.size} scrapers were cut off that take too long to read.`);
    for (const reader of oldest) reader.destroy();
  }
  return () => {
    readers.delete(response);
    if (readers.size === 0) held.delete(body);
  };
}
