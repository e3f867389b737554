import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { build as bundle } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { content, contents } from '../journal-builder.ts';
import { editLines, journals, temporaryDirectory } from './bed.ts';

const build = journals();
const parent = temporaryDirectory();

/** Verifies journals in a process of its own, whose heap could not hold them, and tells the most bytes of its buffers. */
async function verifyApart(directories: readonly string[]): Promise<{ results: unknown[]; most: number }> {
  const outfile = join(parent, 'program.mjs');
  const program = `
    import { verifyJournal } from './verify-journal.ts';
    let most = 0;
    const watch = () => { gc(); most = Math.max(most, process.memoryUsage().arrayBuffers); };
    const results = [];
    for (const directory of process.argv.slice(2)) {
      results.push(await verifyJournal(directory, { onProgress: watch }));
      watch();
    }
    console.log(JSON.stringify({ results, most }));`;
  await bundle({
    stdin: {
      contents: program,
      resolveDir: join(import.meta.dirname, '..', '..', 'src', 'verify'),
      loader: 'ts',
    },
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    conditions: ['@org/source'],
    // The API of OpenTelemetry is CommonJS inside.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
  const options = { encoding: 'utf8', timeout: 60_000 } as const;
  const args = ['--expose-gc', '--max-old-space-size=24', outfile, ...directories];
  const { stderr, stdout } = spawnSync(process.execPath, args, options);
  expect(stderr).toBe('');
  return JSON.parse(stdout) as { results: unknown[]; most: number };
}

describe('verification', () => {
  it('keeps no more than some blocks in memory, and of a line without end no more than an entry can have', async () => {
    const large = content(0, { reason: 'x'.repeat(60_000) });
    const segment = Array.from({ length: 500 }, () => large);
    const journal = build({ segments: [segment, segment], checkpoints: [] });
    const many = build({ segments: [contents(20_000)], checkpoints: [] });
    const endless = build({ segments: [contents(3)] });
    editLines(endless.directory, 'segments/0000000000000000.jsonl', (lines) =>
      lines.toSpliced(2, 1, 'x'.repeat(80 * 1024 * 1024)),
    );
    const { most, results } = await verifyApart([journal, many, endless].map(({ directory }) => directory));
    expect(results).toMatchObject([
      { ok: true, size: 1_000 },
      { ok: true, size: 20_000 },
      { ok: false, failures: [{ kind: 'changed', index: 1, line: 3 }] },
    ]);
    // Twice the longest line, when its block is made larger.
    expect(most).toBeLessThan(60 * 1024 * 1024);
  });
});
