import { InstrumentError, loadPackage } from '@org/instrument-core';

/**
 * Loads the optional package that a ledger reaches its data base with.
 *
 * @param instead what else would do, for the message.
 * @throws {InstrumentError} `INSTRUMENT_DEPENDENCY_MISSING`, which says what to install.
 */
export function loadDriver(name: string, range: string, instead: string): unknown {
  try {
    return loadPackage(name, import.meta.url);
  } catch (error) {
    throw missing(name.split('/', 1)[0] as string, range, instead, error);
  }
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
