import { loadPackage } from '@org/instrument-core';

/** The package that speaks gRPC. */
export type Grpc = typeof import('@grpc/grpc-js');

/** Its name. */
export const GRPC_PACKAGE = '@grpc/grpc-js';

/**
 * Loads the optional package that speaks gRPC.
 *
 * @throws {Error} when it is not installed, or cannot be loaded.
 */
export function loadGrpc(): Grpc {
  return loadPackage(GRPC_PACKAGE, import.meta.url) as Grpc;
}
