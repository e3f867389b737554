import cluster from 'node:cluster';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isMainThread } from 'node:worker_threads';
import { tell } from '@org/instrument-core';
import { limitConnections } from './connection-limit.ts';
import type { MetricsHandler } from './handler.ts';

/** Where a server listens. */
export interface ListeningAddress {
  readonly host: string;
  /** The port in use, also when 0 was asked for. */
  readonly port: number;
  /** URL of the metrics. */
  readonly url: string;
}

/** Which options set an address, for messages. */
export interface AddressOptions {
  readonly host: string;
  readonly port: string;
}

/** Options of {@link createMetricsServer}. */
export interface MetricsServerOptions {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** Path of the metrics, for `url` and messages; empty when there are none. */
  readonly path: string;
  readonly setBy?: AddressOptions | undefined;
  readonly handler: MetricsHandler;
}

/** An HTTP server for scrapes. It never keeps the process alive, nor do its connections. */
export interface MetricsServer {
  /** Listens; the same promise while it does. Rejects when it cannot, and may be called again then. */
  start(): Promise<ListeningAddress>;
  /**
   * Stops listening, ends idle connections at once and the others when they are done or `graceMillis` has passed.
   * Never rejects.
   */
  close(graceMillis?: number): Promise<void>;
}

const HEADERS_TIMEOUT_MILLIS = 5_000;
const REQUEST_TIMEOUT_MILLIS = 10_000;
// How often Node looks for requests beyond these two: a process that has nothing to do is woken for it.
const CHECK_MILLIS = 5_000;
// A connection without progress in reading or writing for so long is cut.
const INACTIVITY_TIMEOUT_MILLIS = 30_000;
// Longer than the usual scrape interval of one minute, so that a scraper keeps its connection.
const KEEP_ALIVE_MILLIS = 75_000;
const MAX_CONNECTIONS = 1_024;
const CLOSE_GRACE_MILLIS = 1_000;

/** Creates a server; nothing listens before `start`. */
export function createMetricsServer(options: MetricsServerOptions): MetricsServer {
  let started: { server: Server; address: Promise<ListeningAddress> } | undefined;

  return {
    start: () => {
      if (started !== undefined) return started.address;
      const server = hardenedServer(options.handler);
      const address = listen(server, options);
      const current = { server, address };
      started = current;
      address.catch(() => {
        if (started === current) started = undefined;
      });
      return address;
    },
    close: async (graceMillis = CLOSE_GRACE_MILLIS) => {
      const closing = started;
      started = undefined;
      if (closing === undefined) return;
      const listening = await closing.address.then(
        () => true,
        () => false,
      );
      if (listening) await end(closing.server, graceMillis);
    },
  };
}

function hardenedServer(handler: MetricsHandler): Server {
  const server = createServer({
    headersTimeout: HEADERS_TIMEOUT_MILLIS,
    requestTimeout: REQUEST_TIMEOUT_MILLIS,
    keepAliveTimeout: KEEP_ALIVE_MILLIS,
    connectionsCheckingInterval: CHECK_MILLIS,
  });
  server.timeout = INACTIVITY_TIMEOUT_MILLIS;
  server.on('connection', (socket) => socket.unref());
  limitConnections(server, MAX_CONNECTIONS);
  // Behind the limit, which has to know of a request before it is answered.
  return server.on('request', handler).unref();
}

async function listen(server: Server, options: MetricsServerOptions): Promise<ListeningAddress> {
  const { host, port, path } = options;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(listenError(error, options)));
    // Children of a cluster would share the port, and each scrape would read another child.
    server.listen({ host, port, exclusive: true }, resolve);
  });
  server.removeAllListeners('error');
  server.on('error', (error) => tell('error', `${titleOf(path)}: the server failed`, error));
  const bound = server.address() as AddressInfo;
  const authority = host.includes(':') ? `[${host}]` : host;
  return { host, port: bound.port, url: `http://${authority}:${bound.port}${path}` };
}

function listenError(error: NodeJS.ErrnoException, { host, port, path, setBy }: MetricsServerOptions): Error {
  const by = setBy === undefined ? '' : ` by ${setBy.port}`;
  const hostOption = setBy === undefined ? '' : `; see ${setBy.host}`;
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: cluster.isWorker
      ? `another child of this cluster listens there, or another program; give each child a port of its own${by}, or 0 for a free one`
      : `another program listens there${isMainThread ? '' : ', or another thread of this one'}; choose another port${by}, or 0 for a free one`,
    EACCES: `this process may not listen there; ports below 1024 need privileges; choose another one${by}`,
    EADDRNOTAVAIL: `no interface of this machine has that address${hostOption}`,
    ENOTFOUND: host.startsWith('[')
      ? `an IPv6 address is written without brackets${hostOption}`
      : `that host name cannot be resolved${hostOption}`,
  };
  const reason = reasons[error.code ?? ''] ?? error.message;
  const message = `${titleOf(path)} cannot listen on ${host}:${port}: ${reason}.`;
  return Object.assign(new Error(message, { cause: error }), { code: error.code });
}

/** What a server without metrics is called in messages. */
function titleOf(path: string): string {
  return path === '' ? 'The server' : path;
}

async function end(server: Server, graceMillis: number): Promise<void> {
  const cut = setTimeout(() => server.closeAllConnections(), graceMillis);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
  clearTimeout(cut);
}
