import { mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

/** The scripts of the example, built from the sources of the workspace. */
export interface Bundle {
  readonly main: string;
  readonly worker: string;
  readonly load: string;
  remove(): void;
}

const SOURCES = join(import.meta.dirname, '..', '..', 'src');
const OTEL_MODULES = join(import.meta.dirname, '..', '..', '..', '..', 'packages', 'otel', 'node_modules');

/** Node 20 runs no TypeScript: child processes need a build, and tests are not to depend on an earlier one. */
export async function bundle(): Promise<Bundle> {
  const directory = mkdtempSync(join(realpathSync(tmpdir()), 'stream-balancer-'));
  await build({
    entryPoints: ['main.ts', 'worker/main.ts', 'load/main.ts'].map((path) => join(SOURCES, path)),
    outbase: SOURCES,
    outdir: directory,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    conditions: ['@org/source'],
    // CommonJS packages ask for the built-in modules by `require`.
    banner: {
      js: "import { createRequire as requireFor } from 'node:module'; const require = requireFor(import.meta.url);",
    },
    logLevel: 'warning',
  });
  // Some packages of OpenTelemetry are loaded by name when they are first needed.
  symlinkSync(OTEL_MODULES, join(directory, 'node_modules'));
  return {
    main: join(directory, 'main.js'),
    worker: join(directory, 'worker', 'main.js'),
    load: join(directory, 'load', 'main.js'),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}
