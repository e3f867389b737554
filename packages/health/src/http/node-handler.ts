import type { IncomingMessage, ServerResponse } from 'node:http';
import { reportFault } from '@org/instrument-core';
import type { Health } from '../health.ts';
import type { HealthHttpOptions } from './options.ts';
import type { Answer, RequestFacts } from './request-facts.ts';
import { createResponder, type Responder } from './responder.ts';

/** A request handler for `node:http`, Express, Nest, and the raw request and response of Fastify or Koa. */
export type HealthHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  next?: (error?: unknown) => void,
) => void;

/** The endpoints for a server that has others too. */
export interface HealthRoutes {
  /** Paths that are served; below each are those of single groups or checks. */
  readonly paths: readonly string[];
  /** Answers a request for one of these. `false`: it is not one of these, and nothing was done. Never throws. */
  handle(request: IncomingMessage, response: ServerResponse): boolean;
}

/**
 * The health endpoints as a handler: `/health`, `/livez`, `/readyz` and `/startupz`, whatever the server has else. A
 * request for another path goes to `next`, or is answered with 404. Never throws, and never waits for a check that has
 * a result already.
 *
 * @example
 * createServer(createHealthHandler(health, { token: process.env.HEALTH_TOKEN })).listen(8080);
 * app.use(createHealthHandler(health));
 * @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT` for options that cannot be, with all problems at once.
 */
export function createHealthHandler(health: Health, options: HealthHttpOptions = {}): HealthHandler {
  const responder = createResponder(health, options);
  return (request, response, next) => {
    if (handle(responder, request, response)) return;
    if (next === undefined) send(request, response, responder.notFound());
    else next();
  };
}

/**
 * The health endpoints for a server that asks before it answers 404 itself.
 *
 * @throws {InstrumentError} as {@link createHealthHandler}.
 */
export function createHealthRoutes(health: Health, options: HealthHttpOptions = {}): HealthRoutes {
  const responder = createResponder(health, options);
  return {
    paths: responder.paths,
    handle: (request, response) => handle(responder, request, response),
  };
}

function handle(responder: Responder, request: IncomingMessage, response: ServerResponse): boolean {
  const answer = responder.answer(factsOf(request));
  if (answer === undefined) return false;
  if (answer instanceof Promise) answer.then((settled) => send(request, response, settled));
  else send(request, response, answer);
  return true;
}

function factsOf(request: IncomingMessage): RequestFacts {
  const { headers } = request;
  const method = request.method ?? 'GET';
  const url = request.url ?? '/';
  return {
    method,
    url,
    accept: headers.accept,
    authorization: headers.authorization,
    describe: () => ({ headers, method, url, remoteAddress: request.socket.remoteAddress }),
  };
}

function send(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  response.on('error', ignore);
  try {
    // Somebody else has answered, or there is nobody left to answer.
    if (response.headersSent || response.destroyed) return;
    response.writeHead(answer.status, answer.headers as string[]);
    if (request.method === 'HEAD') response.end();
    else response.end(answer.body);
  } catch (error) {
    reportFault('health', 'sending an answer of the health endpoints', error);
  }
}

/** A client that goes away is no news; without a listener its error would end the process. */
function ignore(): void {}
