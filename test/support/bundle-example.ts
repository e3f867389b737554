import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { build } from 'esbuild';

const OTEL_MODULES = join(import.meta.dirname, '..', '..', 'packages', 'otel', 'node_modules');

/** An example as scripts that Node.js can run. */
export interface ExampleBundle {
  /** Where the script of a source is, by its path below `base`. */
  script(source: string): string;
  remove(): void;
}

/** What to bundle. */
export interface BundleExampleOptions {
  /** Folder of the example. */
  readonly example: string;
  /** Folder whose layout the scripts keep: they look for each other as those that tsc builds. Default: its `src`. */
  readonly base?: string;
  /** Paths below `base`. */
  readonly entries: readonly string[];
  /** Packages of the example that start files of their own, or are loaded by name when they are first needed. */
  readonly external?: readonly string[];
  readonly chunkNames?: string;
}

/** Node 20 runs no TypeScript: processes and threads need a build, and tests are not to depend on an earlier one. */
export async function bundleExample({
  example,
  base = join(example, 'src'),
  entries,
  external = [],
  chunkNames = '[name]-[hash]',
}: BundleExampleOptions): Promise<ExampleBundle> {
  const directory = mkdtempSync(join(realpathSync(tmpdir()), `${basename(example)}-`));
  await build({
    entryPoints: entries.map((path) => join(base, path)),
    outbase: base,
    outdir: directory,
    bundle: true,
    splitting: true,
    chunkNames,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    conditions: ['@org/source'],
    external: [...external],
    // CommonJS packages ask for the built-in modules by `require`.
    banner: {
      js: "import { createRequire as requireFor } from 'node:module'; const require = requireFor(import.meta.url);",
    },
    logLevel: 'warning',
  });
  // Some packages of OpenTelemetry are loaded by name when they are first needed.
  const modules = join(directory, 'node_modules');
  mkdirSync(modules);
  for (const name of readdirSync(OTEL_MODULES)) symlinkSync(join(OTEL_MODULES, name), join(modules, name));
  for (const name of external) {
    symlinkSync(realpathSync(join(example, 'node_modules', name)), join(modules, name));
  }
  return {
    script: (source) => join(directory, source.replace(/\.ts$/, '.js')),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}
