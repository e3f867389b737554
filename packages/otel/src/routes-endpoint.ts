import { keepListening, type ServedEndpoint } from './keep-listening.ts';
import type { ServedRoutes } from './prometheus/handler.ts';
import { createMetricsServer } from './prometheus/server.ts';

/** Where routes listen when they do not share the server of `/metrics`. */
export interface RoutesAddress {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
}

/** Serves nothing but the paths of `routes`, with the limits of the server of `/metrics`. */
export function startRoutesEndpoint(routes: ServedRoutes, { host, port }: RoutesAddress): ServedEndpoint {
  const server = createMetricsServer({
    host,
    port,
    path: '',
    handler: (request, response) => {
      if (routes.handle(request, response)) return;
      response.writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8' });
      response.end('Not Found\n');
    },
  });
  return keepListening(server, 'routes');
}
