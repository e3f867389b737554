import { statSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { openJournal } from './open-journal.ts';
import { useScratch } from './scratch.ts';
import { entriesOf, segmentsOf } from './segments-of.ts';

const scratch = useScratch();
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

describe('an entry', () => {
  test('has its place at once, and is durable once it is on disk', async () => {
    const directory = scratch();
    const { journal, add } = openJournal(directory);
    const entries = [add(0), add(1), add(2)];
    expect(entries.map(({ index }) => index)).toEqual([0, 1, 2]);
    expect(journal.durable).toBe(0);
    await Promise.all(entries.map(({ durable }) => durable));
    expect(journal.durable).toBe(3);
    expect(entriesOf(directory)).toHaveLength(3);
    journal.stop(() => undefined);
  });

  test('is with the operating system at the end of the turn in which it came', async () => {
    const directory = scratch();
    const { journal, add } = openJournal(directory, { commitIntervalMillis: 60_000 });
    await add(0).durable;
    add(1);
    add(2);
    await turn();
    expect(entriesOf(directory)).toHaveLength(3);
    expect(journal.durable).toBe(1);
    journal.stop(() => undefined);
  });

  test('is with the operating system at once when that is asked for', () => {
    const directory = scratch();
    const { journal, add } = openJournal(directory);
    add(0);
    expect(journal.write()).toBe(true);
    expect(entriesOf(directory)).toHaveLength(1);
    journal.stop(() => undefined);
  });

  test('that never reaches the disk is rejected when the journal is closed', async () => {
    const { journal, add } = openJournal(scratch());
    const entry = add(0);
    journal.stop(() => new Error('closed'));
    await expect(entry.durable).rejects.toThrow('closed');
  });

  test('is asked about at any time: on its way, on disk, and after the journal was closed', async () => {
    const { journal, add } = openJournal(scratch());
    const first = add(0);
    const second = add(1);
    await first.durable;
    await second.durable;
    const last = add(2);
    const waited = add(3).durable;
    journal.stop(() => new Error('closed'));
    await expect(waited).rejects.toThrow('closed');
    await expect(last.durable).rejects.toThrow('closed');
    await expect(second.durable).resolves.toBeUndefined();
  });

  test('is kept by nobody but who holds it', async () => {
    const { journal, add } = openJournal(scratch(), { commitIntervalMillis: 60_000 });
    await add(0).durable;
    const entries = Array.from({ length: 100 }, (_, i) => new WeakRef(add(i + 1)));
    // What a WeakRef has given out is kept until the end of the turn.
    await turn();
    collectGarbage();
    expect(journal.durable).toBe(1);
    expect(entries.filter((entry) => entry.deref() !== undefined)).toEqual([]);
    await journal.flush();
    journal.stop(() => undefined);
  });
});

describe('syncs', () => {
  test('are few where nobody waits, and soon where somebody does', async () => {
    let syncs = 0;
    const { journal, add } = openJournal(scratch(), { onDurable: () => void syncs++ });
    await add(0).durable;
    const before = syncs;
    for (let n = 1; n <= 50; n++) {
      add(n);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    const unawaited = syncs - before;
    for (let n = 51; n <= 100; n++) await add(n).durable;
    const awaited = syncs - before - unawaited;
    expect(unawaited).toBeLessThan(25);
    expect(awaited).toBe(50);
    const late = add(101);
    await turn();
    await late.durable;
    expect(journal.durable).toBe(102);
    journal.stop(() => undefined);
  });
});

describe('many entries', () => {
  test('become durable in order, all of them, over many segments', async () => {
    const directory = scratch();
    const { journal, add } = openJournal(directory, { segmentBytes: 10_000 });
    const seen: number[] = [];
    const all = Array.from({ length: 3_000 }, (_, n) => add(n).durable.then(() => void seen.push(n)));
    await Promise.all(all);
    expect(seen).toEqual(Array.from({ length: 3_000 }, (_, n) => n));
    journal.endSegment();
    await journal.flush();
    journal.stop(() => undefined);
    expect(entriesOf(directory).map(({ index }) => index)).toEqual(seen);
    for (const { path, text } of segmentsOf(directory)) {
      expect(text.startsWith('{"segment":')).toBe(true);
      expect(text.split('\n').at(-2)).toMatch(/^\{"seal":/);
      expect(statSync(path).mode & 0o777).toBe(0o600);
    }
  });

  test('in one turn are brought to disk on the way rather than kept in memory', () => {
    const { journal, add } = openJournal(scratch(), { maxWaitingBytes: 50_000 });
    for (let n = 0; n < 5_000; n++) {
      expect(journal.hasRoom(150)).toBe(true);
      add(n);
      expect(journal.waitingBytes).toBeLessThan(60_000);
    }
    journal.stop(() => undefined);
  });

  test('that are longer than a slab, and of any characters, are written as they are', async () => {
    const directory = scratch();
    const { journal, add } = openJournal(directory);
    const texts = ['ä'.repeat(200_000), '\u{1f600}'.repeat(90_000), 'x'.repeat(300_000), '€'];
    for (const [n, text] of texts.entries()) add(n, { reason: text });
    await journal.flush();
    journal.stop(() => undefined);
    expect(entriesOf(directory).map(({ entry }) => entry.reason)).toEqual(texts);
    expect(openJournal(directory).journal.size).toBe(4);
  });
});
