import { DEFAULT_HOST, DEFAULT_PORT } from './default-address.ts';
import { keepListening, type ServedEndpoint } from './keep-listening.ts';
import type { ServedRoutes } from './prometheus/handler.ts';
import { type AddressOptions, createMetricsServer } from './prometheus/server.ts';

/** Where routes listen when they do not share the server of `/metrics`: by default at its default address. */
export interface RoutesAddress {
  /** Default `127.0.0.1`. */
  readonly host?: string | undefined;
  /** 0 takes a free one. Default 9464. */
  readonly port?: number | undefined;
}

/** Serves nothing but the paths of `routes`, with the limits of the server of `/metrics`. */
export function startRoutesEndpoint(
  routes: ServedRoutes,
  { host, port = DEFAULT_PORT }: RoutesAddress,
  setBy?: AddressOptions,
): ServedEndpoint {
  const server = createMetricsServer({
    // An empty host would be every interface there is.
    host: host || DEFAULT_HOST,
    port,
    path: '',
    setBy,
    handler: (request, response) => {
      if (routes.handle(request, response)) return;
      response.writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8' });
      response.end('Not Found\n');
    },
  });
  return keepListening(server, 'routes');
}
