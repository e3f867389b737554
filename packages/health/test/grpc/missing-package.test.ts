import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterEach, expect, it } from 'vitest';

const directories: string[] = [];
afterEach(async () => {
  for (const directory of directories.splice(0)) await rm(directory, { recursive: true });
});

it('says what to install, when it is used and not before, where the package is not installed', async () => {
  // A place of its own with everything but the optional packages.
  const directory = await mkdtemp(join(tmpdir(), 'health-grpc-'));
  directories.push(directory);
  await build({
    stdin: {
      contents: `
        import { addHealthService } from './src/grpc/index.ts';
        import { createHealth } from './src/create-health.ts';
        try {
          addHealthService({ addService() {} }, createHealth());
        } catch (error) {
          console.log(error.code + '\\n' + error.message);
        }`,
      resolveDir: fileURLToPath(new URL('../..', import.meta.url)),
    },
    outfile: join(directory, 'program.mjs'),
    bundle: true,
    format: 'esm',
    platform: 'node',
    conditions: ['@org/source'],
    external: ['grpc-health-check', '@grpc/grpc-js'],
    logLevel: 'warning',
  });
  await writeFile(join(directory, 'package.json'), '{}');
  const { NODE_PATH: _, NODE_OPTIONS: __, ...env } = process.env;
  const { stdout } = await promisify(execFile)(process.execPath, ['program.mjs'], { cwd: directory, env });
  expect(stdout).toMatch(/^INSTRUMENT_DEPENDENCY_MISSING\n/);
  expect(stdout).toContain("Cannot find module 'grpc-health-check'");
  expect(stdout).toContain('npm install grpc-health-check @grpc/grpc-js');
});
