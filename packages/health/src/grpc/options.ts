import type { Duration } from '@org/instrument-core';
import type { HealthQuery } from '../health.ts';

/** A server of `@grpc/grpc-js`. */
export interface GrpcServer {
  addService(service: never, implementation: never): void;
}

/** Options of {@link addHealthService}. */
export interface HealthServiceOptions {
  /**
   * More services, by the names that clients ask for: `{ 'shop.v1.Orders': { check: 'database' } }`. One that names
   * what is not registered yet is unknown until it is. Default none.
   */
  readonly services?: Readonly<Record<string, HealthQuery>> | undefined;
  /** Whether each check is a service by its name. Default `true`; anybody who can connect can list them. */
  readonly checks?: boolean | undefined;
  /** Longest time until something else than a result shows on a stream: draining, a new check. Default 250 ms. */
  readonly pollInterval?: Duration | undefined;
}
