import type { Delivery } from './delivery.ts';
import type { ServedRoutes } from './prometheus/handler.ts';
import type { AddressOptions } from './prometheus/server.ts';
import type { LoadExporters } from './push-readers.ts';
import type { RoutesAddress } from './routes-endpoint.ts';

/** What other rooms add. */
export interface OtelExtension {
  /** Loads the paths to serve beside `/metrics`. */
  readonly routes?: (() => Promise<ServedRoutes>) | undefined;
  /** A server of their own for the routes, instead of that of `/metrics`. Where there is none: its default address. */
  readonly routesAddress?: RoutesAddress | undefined;
  /** Which options set that address, for messages. */
  readonly routesSetBy?: AddressOptions | undefined;
  /** Loads what pushes metrics elsewhere, beside OTLP and the console. */
  readonly exporters?: LoadExporters | undefined;
  /** What comes before all else when the process is asked to end, or telemetry is shut down. Must not reject. */
  readonly beforeShutdown?: (() => Promise<void>) | undefined;
  /** What comes after that, before what is left is delivered for the last time. Must not reject. */
  readonly beforeDelivery?: (() => Promise<void>) | undefined;
  /** What is flushed and shut down together with metrics and spans, within the same deadline. */
  readonly deliveries?: readonly Delivery[] | undefined;
}
