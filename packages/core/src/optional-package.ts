import { createRequire } from 'node:module';
import { join } from 'node:path';

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
