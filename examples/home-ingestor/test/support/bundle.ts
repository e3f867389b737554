import { mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

/** The scripts of the example, built from the sources of the workspace. */
export interface Bundle {
  readonly main: string;
  readonly broker: string;
  readonly devices: string;
  /** An ingestor alone; see ingestor-process.ts. */
  readonly ingestor: string;
  remove(): void;
}

const EXAMPLE = join(import.meta.dirname, '..', '..');
const OTEL_MODULES = join(EXAMPLE, '..', '..', 'packages', 'otel', 'node_modules');

/** Node 20 runs no TypeScript: child processes need a build, and tests are not to depend on an earlier one. */
export async function bundle(): Promise<Bundle> {
  const directory = mkdtempSync(join(realpathSync(tmpdir()), 'home-ingestor-'));
  const entries = [
    'src/main.ts',
    'src/broker/main.ts',
    'src/devices/main.ts',
    'test/support/ingestor-process.ts',
  ];
  await build({
    entryPoints: entries.map((path) => join(EXAMPLE, path)),
    outbase: EXAMPLE,
    outdir: directory,
    bundle: true,
    splitting: true,
    // As built by tsc: main.js looks for the scripts of its processes beside itself.
    chunkNames: 'src/[name]-[hash]',
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
    main: join(directory, 'src', 'main.js'),
    broker: join(directory, 'src', 'broker', 'main.js'),
    devices: join(directory, 'src', 'devices', 'main.js'),
    ingestor: join(directory, 'test', 'support', 'ingestor-process.js'),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}
