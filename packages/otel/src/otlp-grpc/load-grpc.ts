import { createRequire } from 'node:module';
import { join } from 'node:path';

/** The package that speaks gRPC. */
export type Grpc = typeof import('@grpc/grpc-js');

/** Its name. */
export const GRPC_PACKAGE = '@grpc/grpc-js';

/**
 * Loads the optional package that speaks gRPC: the one beside us, or else one of the application's own dependencies,
 * which a strict layout of `node_modules` may not show to us.
 *
 * @throws {Error} when it is not installed, or cannot be loaded.
 */
export function loadGrpc(): Grpc {
  try {
    return createRequire(import.meta.url)(GRPC_PACKAGE) as Grpc;
  } catch (error) {
    try {
      return createRequire(join(process.cwd(), 'package.json'))(GRPC_PACKAGE) as Grpc;
    } catch {
      throw error;
    }
  }
}
