import { existsSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { BATCH_FILES, Pipeline, type PipelineOptions } from '../src/pipeline.ts';
import { createTally, type Tally } from '../src/tally.ts';
import { createHostileTree, createTree, HOSTILE_COUNTS, readFacts, type Tree } from './tree.ts';

const trees: Tree[] = [];
const never = new AbortController().signal;
/** The user that owns nothing, on Linux and macOS alike. */
const NOBODY = 65_534;

async function kept(tree: Promise<Tree>): Promise<Tree> {
  trees.push(await tree);
  return tree;
}

async function run(tree: Tree, options: Partial<PipelineOptions> = {}): Promise<Tally> {
  const tally = createTally();
  await new Pipeline({ directory: tree.path, output: tree.output, ...options }, tally).run(never);
  return tally;
}

afterEach(async () => {
  await Promise.all(trees.splice(0).map((tree) => tree.remove()));
});

describe('Pipeline', () => {
  it.each([1, 3, 32])(
    'counts every failure by class and takes in the rest, %i at once',
    async (concurrency) => {
      const tree = await kept(createHostileTree());

      const { files, succeeded, errors } = await run(tree, { concurrency, maxBytes: 85_000 });

      expect({ files, succeeded, errors: Object.fromEntries(errors) }).toEqual(HOSTILE_COUNTS);
    },
  );

  it('stores one line per file taken in, each real file once', async () => {
    const tree = await kept(createHostileTree());

    const tally = await run(tree, { maxBytes: 85_000 });

    const facts = await readFacts(tree.output);
    expect(facts.map(({ path }) => basename(path)).sort()).toEqual([
      'good.d.ts',
      'good.js',
      'sum.cjs',
      'view.tsx',
    ]);
    expect(tally.bytes).toBe(facts.reduce((sum, { bytes }) => sum + bytes, 0));
    expect(tally.functions).toBe(2);
    expect(tally.imports).toBe(1);
  });

  it('stores what does not fill a batch, and all of more than one', async () => {
    const count = 2 * BATCH_FILES + 1;
    const tree = await kept(createTree(manyFiles(count)));

    const tally = await run(tree);

    expect(tally).toMatchObject({ files: count, succeeded: count });
    expect(new Set((await readFacts(tree.output)).map(({ path }) => path)).size).toBe(count);
  });

  it.skipIf(!existsSync('/dev/full'))('takes nothing for stored that the disk had no room for', async () => {
    const count = BATCH_FILES + 1;
    const tree = await kept(createTree({ ...manyFiles(count), 'broken.js': 'const = 1;' }));

    const tally = await run(tree, { output: '/dev/full' });

    expect(Object.fromEntries(tally.errors)).toEqual({ ParseError: 1, StoreError: count });
    expect(tally).toMatchObject({ files: count + 1, succeeded: 0, bytes: 0 });
    expect(tally.firstErrors.get('StoreError')).toContain('ENOSPC');
  });

  it('begins the output anew with each run and counts on', async () => {
    const tree = await kept(createTree({ 'a.js': '', 'b.js': '' }));
    const tally = createTally();
    const pipeline = new Pipeline({ directory: tree.path, output: tree.output }, tally);

    await pipeline.run(never);
    await pipeline.run(never);

    expect(tally.files).toBe(4);
    expect(await readFacts(tree.output)).toHaveLength(2);
  });

  it('takes as many files as the limit says', async () => {
    const tree = await kept(createTree(manyFiles(20)));
    expect((await run(tree, { limit: 7 })).files).toBe(7);
    expect((await run(tree, { limit: 0 })).files).toBe(0);
  });

  it('finishes what is under way and begins nothing more after the signal', async () => {
    const tree = await kept(createTree(manyFiles(200)));
    const tally = createTally();
    const stop = new AbortController();
    const pipeline = new Pipeline({ directory: tree.path, output: tree.output, concurrency: 4 }, tally);
    const file = pipeline.file.bind(pipeline);
    let begun = 0;
    pipeline.file = (path) => {
      if (++begun === 50) stop.abort();
      return file(path);
    };

    await pipeline.run(stop.signal);

    expect(begun).toBeLessThan(200);
    expect(tally).toMatchObject({ files: begun, succeeded: begun });
    expect(await readFacts(tree.output)).toHaveLength(begun);
  });

  it('counts files and directories without permission', async () => {
    const tree = await kept(createTree({ 'a.js': '', 'secret/b.js': '', 'c.js': '' }));
    await chmod(join(tree.path, 'a.js'), 0);
    await chmod(join(tree.path, 'secret'), 0);
    await chmod(dirname(tree.path), 0o777);

    const tally = await withoutPrivileges(() => run(tree));
    await chmod(join(tree.path, 'secret'), 0o700);

    expect(Object.fromEntries(tally.errors)).toEqual({ UnreadableFileError: 2 });
    expect(tally.succeeded).toBe(1);
  });

  it('says which output it cannot open', async () => {
    const tree = await kept(createTree({ 'a.js': '' }));
    const output = join(tree.path, 'a.js', 'out.ndjson');
    await expect(run(tree, { output })).rejects.toThrow(new RegExp(`^${output}: .*EEXIST`));
  });
});

function manyFiles(count: number): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, i) => [`dir${i % 7}/file${i}.js`, `export const n = ${i};\n`]),
  );
}

/** Permissions do not hold for root: there the work is done as another user. */
async function withoutPrivileges<T>(work: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return work();
  process.seteuid?.(NOBODY);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}
