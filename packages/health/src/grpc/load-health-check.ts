import { createRequire } from 'node:module';
import { join } from 'node:path';
import { InstrumentError } from '@org/instrument-core';

/** The package that has the protocol and its service. */
export type GrpcHealthCheck = typeof import('grpc-health-check');

const PACKAGE = 'grpc-health-check';

/**
 * Loads the optional package with the health protocol: the one beside us, or else one of the application's own
 * dependencies, which a strict layout of `node_modules` may not show to us.
 *
 * @throws {InstrumentError} `INSTRUMENT_DEPENDENCY_MISSING`, which says what to install.
 */
export function loadHealthCheck(): GrpcHealthCheck {
  let first: unknown;
  for (const file of [import.meta.url, join(process.cwd(), 'package.json')]) {
    try {
      return createRequire(file)(PACKAGE) as GrpcHealthCheck;
    } catch (error) {
      first ??= error;
    }
  }
  const reason = first instanceof Error ? first.message.split('\n')[0] : String(first);
  const problem = {
    path: PACKAGE,
    found: `that it cannot be loaded (${reason})`,
    expected: 'it to be installed beside @org/instrument-health, which does without it otherwise',
    fix: `Install it: npm install ${PACKAGE} @grpc/grpc-js`,
  };
  throw new InstrumentError('INSTRUMENT_DEPENDENCY_MISSING', 'A package cannot be loaded', [problem], first);
}
