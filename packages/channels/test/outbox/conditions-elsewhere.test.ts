import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeDirectory } from '@org/instrument-core/directory';
import { describe, expect, it } from 'vitest';
import type { Elsewhere } from '../../src/notification/open-conditions.ts';
import { ConditionsElsewhere } from '../../src/outbox/conditions-elsewhere.ts';
import { slotsIn } from '../../src/outbox/slot.ts';
import { useScratch } from './scratch.ts';

const scratch = useScratch();
const shop = { service: 'shop', environment: undefined };
const bank = { service: 'bank', environment: undefined };
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A directory in which processes that are gone have left their slots. */
function createDirectory() {
  const directory = scratch();
  const see = (scope = shop): ConditionsElsewhere =>
    new ConditionsElsewhere(directory, scope, () => slotsIn(directory));
  const leave = (slot: number, ...lines: readonly object[]): void => {
    const path = join(directory, String(slot));
    makeDirectory(path);
    writeFileSync(join(path, 'conditions.ndjson'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  };
  const files = (): string[] => {
    const left = join(directory, 'conditions');
    return readdirSync(left).map((name) => join(left, name));
  };
  return { directory, see, leave, files };
}

const leftOf = (elsewhere: Elsewhere, key: string) => elsewhere.find(key).left;

describe('what processes that are gone have left open', () => {
  it('is what any of them has told of, at its worst and from its beginning', () => {
    const { see, leave } = createDirectory();
    leave(0, { key: 'a', service: 'shop', worst: 'warning', since: 5 });
    leave(1, { key: 'a', worst: 'error', since: 7 }, { key: 'b', service: 'bank', worst: 'info' });
    const seen = see();
    expect(seen.keysLeft()).toEqual(['a']);
    expect(seen.find('a')).toEqual({ left: { worst: 'error', sinceMillis: 5 }, living: undefined });
    expect(leftOf(seen, 'b')).toBeUndefined();
    // What does not say whose it is, is anybody's.
    expect([...see(bank).keysLeft()].sort()).toEqual(['a', 'b']);
  });

  it('is over for all as soon as one has told of it, and its file goes with the last', async () => {
    const { see, leave, files } = createDirectory();
    leave(0, ...['a', 'b', 'c'].map((key) => ({ key, worst: 'error', since: 5 })));
    const [one, other] = [see(), see()];
    expect([one.keysLeft(), other.keysLeft()]).toEqual([
      ['a', 'b', 'c'],
      ['a', 'b', 'c'],
    ]);
    one.end('a');
    expect(leftOf(one, 'a')).toBeUndefined();
    other.end('b');
    await settled();
    expect([one.keysLeft(), other.keysLeft()]).toEqual([['c'], ['c']]);
    other.end('c');
    one.end('c');
    await settled();
    expect(files()).toEqual([]);
  });

  it('is read as far as it was written, and what is added begins a line of its own', async () => {
    const { see, leave, files } = createDirectory();
    leave(0, { key: 'a', worst: 'error' }, { key: 'b', worst: 'error' });
    const seen = see();
    seen.keysLeft();
    for (const path of files()) appendFileSync(path, '{"key":"c","wor');
    await settled();
    seen.end('a');
    await settled();
    expect(see().keysLeft()).toEqual(['b']);
    expect(files().map((path) => readFileSync(path, 'utf8'))).toEqual([
      '{"key":"a","worst":"error"}\n{"key":"b","worst":"error"}\n{"key":"c","wor\n{"key":"a"}\n',
    ]);
  });

  it('stays a few files, however many have died of it', async () => {
    const { see, leave, files } = createDirectory();
    for (let i = 0; i < 100; i++) {
      leave(i % 3, { key: 'a', service: 'shop', worst: 'error', since: i }, { key: `b ${i}`, worst: 'info' });
      see().keysLeft();
      await settled();
    }
    expect(files().length).toBeLessThan(10);
    const seen = see();
    expect(seen.keysLeft()).toHaveLength(101);
    expect(leftOf(seen, 'a')).toEqual({ worst: 'error', sinceMillis: 0 });
  });
});
