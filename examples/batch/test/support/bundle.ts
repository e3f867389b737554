import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

/** The program as scripts that Node.js can run. */
export interface Bundle {
  readonly main: string;
  remove(): void;
}

const EXAMPLE = join(import.meta.dirname, '..', '..');
const PACKAGES = join(EXAMPLE, '..', '..', 'packages');
/** What is not bundled: it starts files of its own, or is loaded by name when it is first needed. */
const LOADED = [
  [join(EXAMPLE, 'node_modules'), 'piscina'],
  [join(EXAMPLE, 'node_modules'), 'cli-progress'],
] as const;

/** Node 20 runs no TypeScript: programs and threads need a build, and tests are not to depend on an earlier one. */
export async function bundle(): Promise<Bundle> {
  const directory = mkdtempSync(join(realpathSync(tmpdir()), 'batch-'));
  const sources = join(EXAMPLE, 'src');
  await build({
    entryPoints: ['main.ts', 'worker/main.ts'].map((path) => join(sources, path)),
    outbase: sources,
    outdir: directory,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    conditions: ['@org/source'],
    external: LOADED.map(([, name]) => name),
    // CommonJS packages ask for the built-in modules by `require`.
    banner: {
      js: "import { createRequire as requireFor } from 'node:module'; const require = requireFor(import.meta.url);",
    },
    logLevel: 'warning',
  });
  const modules = join(directory, 'node_modules');
  mkdirSync(modules);
  const otel = join(PACKAGES, 'otel', 'node_modules');
  for (const name of readdirSync(otel)) symlinkSync(join(otel, name), join(modules, name));
  for (const [from, name] of LOADED) symlinkSync(realpathSync(join(from, name)), join(modules, name));
  return {
    main: join(directory, 'main.js'),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}
