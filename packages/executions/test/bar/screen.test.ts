import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { until } from '../../../../test/support/until.ts';
import { type ProgressBar, progressBar, trackExecution } from '../../src/index.ts';
import { createBed, type Deferred, deferred } from '../support/bed.ts';
import { screenOf } from '../support/screen.ts';

interface Terminal {
  readonly bar: ProgressBar;
  readonly stream: PassThrough;
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
    stream,
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

describe('what others print while executions are shown', () => {
  it('stands above the rows, each line once, whatever was drawn when', async () => {
    const { bar, stream, lines } = createTerminal();
    const options = { ...createBed().options, hooks: bar, items: 10 };
    stream.write('before\r\n');
    await Promise.all(
      ['a', 'b', 'c'].map((name) =>
        trackExecution(name, options, async (run) => {
          if (name !== 'a') await until('all are drawn', () => lines().length > 3);
          for (let i = 0; i < 10; i++) {
            if (name === 'b') stream.write(`line ${i}\r\n`);
            if (name === 'b' && i === 4) {
              // A frame later they are drawn again, below it.
              await until('it is drawn', () => lines().at(-1)?.[0] === 'c');
              expect(namesIn(lines()).slice(-4)).toEqual(['line', 'a', 'b', 'c']);
            }
            run.itemDone();
          }
          if (name !== 'b') await until('all is printed', () => lines().includes('line 9'));
        }),
      ),
    );
    await settled();
    expect(lines().slice(0, 11)).toEqual(['before', ...Array.from({ length: 10 }, (_, i) => `line ${i}`)]);
    expect(namesIn(lines()).slice(11).sort()).toEqual(['a', 'b', 'c']);
  });

  it('keeps a line that is not ended, and is written as it comes', async () => {
    const { bar, stream, lines } = createTerminal();
    const options = { ...createBed().options, hooks: bar, items: 1 };
    await trackExecution('a', options, async (run) => {
      await until('it is drawn', () => lines().length === 1);
      stream.write('loading');
      expect(lines()).toEqual(['loading']);
      stream.write(Buffer.from(' … '));
      expect(lines()).toEqual(['loading …']);
      await until('it is drawn again', () => lines().length === 2);
      stream.write('done\r\n');
      expect(lines()).toEqual(['loading …', 'done']);
      stream.write('half');
      run.itemDone();
    });
    await settled();
    expect(lines()).toEqual(['loading …', 'done', 'half', expect.stringMatching(/^a █{24} 100 % · 1\/1/)]);
  });

  it('leaves the stream as it was, below what others have put on top of it', async () => {
    const { bar, stream, lines } = createTerminal();
    const { options } = createBed();
    await trackExecution('a', { ...options, hooks: bar }, async () => {
      await until('it is drawn', () => lines().length === 1);
    });
    expect(Object.hasOwn(stream, 'write')).toBe(false);
    const written: unknown[] = [];
    await trackExecution('b', { ...options, hooks: bar }, async () => {
      const { write } = stream;
      stream.write = (chunk: unknown) => {
        written.push(chunk);
        return Reflect.apply(write, stream, [chunk]);
      };
    });
    stream.write('after\n');
    expect(written).toEqual(['after\n']);
    expect(lines().at(-1)).toBe('after');
  });
});
