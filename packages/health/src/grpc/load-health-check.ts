import { needPackage } from '@org/instrument-core';

/** The package that has the protocol and its service. */
export type GrpcHealthCheck = typeof import('grpc-health-check');

const PACKAGE = { name: 'grpc-health-check', install: 'grpc-health-check @grpc/grpc-js' };

/**
 * Loads the optional package with the health protocol.
 *
 * @throws {InstrumentError} `INSTRUMENT_DEPENDENCY_MISSING`, which says what to install.
 */
export function loadHealthCheck(): GrpcHealthCheck {
  return needPackage(PACKAGE, import.meta.url) as GrpcHealthCheck;
}
