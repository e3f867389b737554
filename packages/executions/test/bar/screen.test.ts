import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { type ProgressBar, progressBar, trackExecution } from '../../src/index.ts';
import { createBed, type Deferred, deferred } from '../support/bed.ts';
import { screenOf } from '../support/screen.ts';
import { until } from '../support/until.ts';

interface Terminal {
  readonly bar: ProgressBar;
  /** What was drawn so far, as a terminal shows it. */
  lines(): string[];
}

function createTerminal(): Terminal {
  let drawn = '';
  const stream = Object.assign(new PassThrough(), { isTTY: true, rows: 24, columns: 100 });
  stream.on('data', (chunk) => {
    drawn += chunk;
  });
  return {
    bar: progressBar({ stream, enabled: true }),
    lines: () => screenOf(drawn).filter((line) => line !== ''),
  };
}

const namesIn = (lines: readonly string[]): string[] => lines.map((line) => line.split(' ')[0] as string);
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('rows of executions that end while others go on', () => {
  it.each([
    ['the first is the last', ['d', 'c', 'b', 'a']],
    ['the first is the first', ['a', 'b', 'c', 'd']],
    ['those in the middle come first', ['c', 'b', 'd', 'a']],
  ])('are each on the screen once, though nothing else has changed: %s', async (_, order) => {
    const { bar, lines } = createTerminal();
    const open = ['a', 'b', 'c', 'd'];
    const ends = new Map<string, Deferred>(open.map((name) => [name, deferred()]));
    const runs = open.map((name) =>
      trackExecution(name, { ...createBed().options, hooks: bar }, async () => await ends.get(name)?.promise),
    );
    await until('all are drawn', () => lines().length === open.length);
    const ended: string[] = [];
    for (const name of order) {
      ends.get(name)?.resolve();
      await runs[open.indexOf(name)];
      ended.push(name);
      await settled();
      expect(namesIn(lines())).toEqual([...ended, ...open.filter((other) => !ended.includes(other))]);
    }
  });

  it('stay as they were at the end, those of inner executions above the outer one', async () => {
    const { bar, lines } = createTerminal();
    const options = { ...createBed().options, hooks: bar };
    await trackExecution('outer', { ...options, items: 2 }, async (outer) => {
      outer.itemDone(2);
      await trackExecution('inner', { ...options, items: 4 }, async (inner) => {
        inner.itemDone(3);
        await until('both are drawn', () => lines().length === 2);
        inner.itemDone();
      });
    });
    await settled();
    expect(lines()).toEqual([
      expect.stringMatching(/^inner █{24} 100 % · 4\/4 · /),
      expect.stringMatching(/^outer █{24} 100 % · 2\/2 · /),
    ]);
  });

  it('have a bar of nothing but its two characters, also when they failed', async () => {
    const { bar, lines } = createTerminal();
    const options = { ...createBed().options, hooks: bar, items: 4 };
    await trackExecution('whole', options, async (whole) => {
      whole.itemDone(4);
      const half = trackExecution('half', options, async (run) => {
        run.itemDone(2);
        throw new RangeError('no');
      });
      await expect(half).rejects.toThrow('no');
      await trackExecution('none', options, async () => {});
    });
    await settled();
    expect(lines().map((line) => line.split(' · ')[0])).toEqual([
      `half ${'█'.repeat(12)}${'░'.repeat(12)} 50 %`,
      `none ${'░'.repeat(24)} 0 %`,
      `whole ${'█'.repeat(24)} 100 %`,
    ]);
  });
});
