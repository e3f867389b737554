import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Pipeline } from '../src/pipeline.ts';
import { type ProgressState, summarize } from '../src/progress.ts';
import { createRounds } from '../src/rounds.ts';
import { createTally } from '../src/tally.ts';
import { createTree, type Tree } from './tree.ts';

let tree: Tree;
let empty: Tree;
beforeAll(async () => {
  tree = await createTree({ 'a.js': '', 'b.js': '', 'c.js': 'const' });
  empty = await createTree({});
});
afterAll(() => Promise.all([tree.remove(), empty.remove()]));

describe('rounds', () => {
  it('run until they are stopped, and know how many files to expect from the second on', async () => {
    const tally = createTally();
    const pipeline = new Pipeline({ directory: tree.path, output: tree.output }, tally);
    const rounds = createRounds(pipeline, tally);
    const stop = new AbortController();
    const seen: ProgressState[] = [];
    const run = pipeline.run.bind(pipeline);
    pipeline.run = async (signal) => {
      seen.push(rounds.state());
      if (seen.length === 3) stop.abort();
      await run(signal);
    };

    await rounds.run(stop.signal, false);

    expect(seen.map(({ round, filesBefore, expected }) => [round, filesBefore, expected])).toEqual([
      [1, 0, undefined],
      [2, 3, 3],
      [3, 6, 3],
    ]);
    expect(summarize(rounds.state(), 60)).toBe('round 3 · 6 files · 6 files/min · 2 errors · 60 s');
  });

  it('end after one when asked to', async () => {
    const tally = createTally();
    const rounds = createRounds(new Pipeline({ directory: tree.path, output: tree.output }, tally), tally);
    await rounds.run(new AbortController().signal, true);
    expect(rounds.state()).toMatchObject({ round: 1, tally: { files: 3 } });
  });

  it('pause over an empty directory, and stop without waiting the pause out', async () => {
    const tally = createTally();
    const rounds = createRounds(new Pipeline({ directory: empty.path, output: empty.output }, tally), tally);
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 50);
    await rounds.run(stop.signal, false);
    expect(rounds.state().round).toBe(1);
  });
});
