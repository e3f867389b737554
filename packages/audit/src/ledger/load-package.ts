import { createRequire } from 'node:module';
import { join } from 'node:path';
import { InstrumentError } from '@org/instrument-core';

/**
 * Loads an optional package: the one beside us, or else one of the application's own dependencies, which a strict layout
 * of `node_modules` may not show to us.
 *
 * @param instead what else would do, for the message.
 * @throws {InstrumentError} `INSTRUMENT_DEPENDENCY_MISSING`, which says what to install.
 */
export function loadPackage(name: string, range: string, instead: string): unknown {
  let first: unknown;
  for (const file of [import.meta.url, join(process.cwd(), 'package.json')]) {
    try {
      return createRequire(file)(name);
    } catch (error) {
      first ??= error;
    }
  }
  throw missing(name.split('/', 1)[0] as string, range, instead, first);
}

/** An optional package is not there, or cannot run here. */
export function missing(name: string, range: string, instead: string, cause: unknown): InstrumentError {
  const reason = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
  const problem = {
    path: name,
    found: `that it cannot be loaded (${reason})`,
    expected: 'it to be installed, and built for this Node.js',
    fix: `Install it: npm install ${name}@${range}; ${instead}.`,
  };
  return new InstrumentError('INSTRUMENT_DEPENDENCY_MISSING', 'The ledger has no driver', [problem], cause);
}
