import { InstrumentError, loadPackage, reasonOf } from '@org/instrument-core';

/** The package that has the protocol and its service. */
export type GrpcHealthCheck = typeof import('grpc-health-check');

const PACKAGE = 'grpc-health-check';

/**
 * Loads the optional package with the health protocol.
 *
 * @throws {InstrumentError} `INSTRUMENT_DEPENDENCY_MISSING`, which says what to install.
 */
export function loadHealthCheck(): GrpcHealthCheck {
  try {
    return loadPackage(PACKAGE, import.meta.url) as GrpcHealthCheck;
  } catch (error) {
    const problem = {
      path: PACKAGE,
      found: `that it cannot be loaded (${reasonOf(error).split('\n')[0]})`,
      expected: 'it to be installed beside @org/instrument-health, which does without it otherwise',
      fix: `Install it: npm install ${PACKAGE} @grpc/grpc-js`,
    };
    throw new InstrumentError(
      'INSTRUMENT_DEPENDENCY_MISSING',
      'A package cannot be loaded',
      [problem],
      error,
    );
  }
}
