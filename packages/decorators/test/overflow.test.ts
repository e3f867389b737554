import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';

const source = fileURLToPath(new URL('./overflow-main.ts', import.meta.url));
/** Beside its source, where its packages are found. */
const program = source.replace(/\.ts$/, `.${process.pid}.compiled.mjs`);

// A process of its own: what this one imports are getters, which need stack, too, and swallow that they lack it.
beforeAll(async () => {
  await build({
    entryPoints: [source],
    outfile: program,
    bundle: true,
    conditions: ['@org/source'],
    external: ['@opentelemetry/*'],
    format: 'esm',
    platform: 'node',
    logLevel: 'warning',
  });
});
afterAll(() => rm(program, { force: true }));

test.each(['metrics only', 'classified', 'traced'])(
  'no call stays active after a stack overflow that the application survives (%s)',
  async (way) => {
    // A third of the usual stack, so that it is soon used up.
    const { stdout } = await promisify(execFile)(process.execPath, ['--stack-size=300', program, way]);
    expect(JSON.parse(stdout)).toEqual({ walk: 0, parse: 0, tree: 0, value: 0, object: 0, promise: 0 });
  },
);
