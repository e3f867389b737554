import { createRequire } from 'node:module';
import { join } from 'node:path';
import { InstrumentError, type Problem } from './errors.ts';
import { reasonOf } from './fault/reason-of.ts';

/** A package that does not come with ours, and what to say where it is missing. */
export interface OptionalPackage {
  readonly name: string;
  /** What it is needed for: the path of an option. Default: the package itself. */
  readonly path?: string | undefined;
  /** What is said there. Default: nothing that needs repeating. */
  readonly asked?: string | undefined;
  /** What `npm install` is to be given, where that is more than the name. */
  readonly install?: string | undefined;
  /** What else is needed, or would do. */
  readonly advice?: string | undefined;
}

/**
 * Loads an optional package, at once. It is looked for beside who asks; then among the application's own dependencies, which a strict
 * layout of `node_modules` may not show to us; then beside the program, as a bundle may be started from anywhere.
 *
 * @param beside `import.meta.url` of who asks; in a bundle of CommonJS there is none.
 * @throws what kept the first of them from being loaded.
 */
export function loadPackage(name: string, beside: string | undefined): unknown {
  return fromAny(beside, (require) => require(name));
}

/**
 * As {@link loadPackage}, where nothing goes without it.
 *
 * @param module what is loaded of it. Default: its main file.
 * @throws {InstrumentError} `INSTRUMENT_DEPENDENCY_MISSING`, which says what to install.
 */
export function needPackage(
  needed: OptionalPackage,
  beside: string | undefined,
  module: string = needed.name,
): unknown {
  try {
    return loadPackage(module, beside);
  } catch (error) {
    throw packageMissing(needed, error);
  }
}

/** The error of an optional package that is not there, or cannot run here. */
export function packageMissing(needed: OptionalPackage, cause?: unknown): InstrumentError {
  const problems = [missingPackage(needed, cause)];
  return new InstrumentError('INSTRUMENT_DEPENDENCY_MISSING', 'A package cannot be loaded', problems, cause);
}

/**
 * What is wrong where an optional package is missing.
 *
 * @param cause what kept it from being loaded; without one it was not found.
 */
export function missingPackage(
  { name, path = name, asked, install = name, advice }: OptionalPackage,
  cause?: unknown,
): Problem {
  const why = cause === undefined ? '' : ` that can be loaded (${reasonOf(cause).split('\n')[0]})`;
  return {
    path,
    found: `${asked === undefined ? '' : `${asked}, and `}no package ${name}${why}`,
    expected: 'the package to be installed for this Node.js: it does not come with ours',
    fix: `Install it: npm install ${install}${advice === undefined ? '' : `. ${advice}`}`,
  };
}

/** The file that `loadPackage` would load; `undefined` when it is not installed. */
export function findPackage(name: string, beside: string | undefined): string | undefined {
  try {
    return fromAny(beside, (require) => require.resolve(name));
  } catch {
    return undefined;
  }
}

/** The `require` of a file. Bundlers follow what `createRequire` returns wherever they see it, and warn where they do not know the file. */
export function requireFrom(file: string | URL): NodeJS.Require {
  return createRequire(file);
}

/** Asks from one place after the other, until there is an answer. The working directory may be gone, which is an error too. */
function fromAny<T>(beside: string | undefined, ask: (require: NodeJS.Require) => T): T {
  const places = [() => beside, () => join(process.cwd(), 'package.json'), () => process.argv[1]];
  const errors: unknown[] = [];
  for (const place of places) {
    try {
      const file = place();
      if (file !== undefined) return ask(requireFrom(file));
    } catch (error) {
      errors.push(error);
    }
  }
  throw errors[0];
}
