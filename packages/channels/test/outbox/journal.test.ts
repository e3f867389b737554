import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FakeClock } from '../delivery/fake-clock.ts';
import { attempt, fail, openJournal, settle, told } from './journal-bed.ts';
import { useScratch } from './scratch.ts';

const scratch = useScratch();

describe('a journal', () => {
  it('has on disk what came in one stretch as soon as that is over, for the user alone', async () => {
    const directory = join(scratch(), 'a', 'b');
    const { put } = openJournal(directory);
    put('a');
    put('b');
    await Promise.resolve();
    const lines = readFileSync(join(directory, '0000000000000001.ndjson'), 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => Object.keys(JSON.parse(line) as object)[1])).toEqual(['outbox', 'put', 'put']);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect(statSync(join(directory, '0000000000000001.ndjson')).mode & 0o777).toBe(0o600);
  });

  it('gives the next process what waits, in its order and with what was tried', async () => {
    const directory = scratch();
    const { journal, put } = openJournal(directory);
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((id) => put(id)) as [never, never, never, never];
    attempt(journal, [a, b]);
    fail(journal, [b]);
    settle(journal, [a]);
    attempt(journal, [b]);
    fail(journal, [b]);
    settle(journal, [c]);
    await Promise.resolve();
    const after = openJournal(directory);
    expect(told(after.found)).toEqual(['b 2', 'd 0']);
    expect(after.found[0]?.notification()).toMatchObject({ id: 'b', payload: { id: 'b' } });
    expect(d).toBeDefined();
  });

  it('counts the ends of processes in which something was being delivered', () => {
    const directory = scratch();
    let bed = openJournal(directory);
    attempt(bed.journal, [bed.put('a')]);
    bed = openJournal(directory);
    expect(told(bed.found)).toEqual(['a 1 lost 1']);
    // A process that ends before it tries again changes nothing.
    bed = openJournal(directory);
    expect(told(bed.found)).toEqual(['a 1 lost 1']);
    attempt(bed.journal, bed.found);
    bed = openJournal(directory);
    expect(told(bed.found)).toEqual(['a 2 lost 2']);
  });

  it('forgets the ends of processes for nothing that is moved', async () => {
    const directory = scratch();
    let bed = openJournal(directory);
    attempt(bed.journal, [bed.put('a')]);
    bed = openJournal(directory, { segmentBytes: 500 });
    attempt(bed.journal, bed.found);
    for (let i = 0; i < 100; i++) {
      settle(bed.journal, [bed.put(String(i))]);
      const other = bed.put(`other ${i}`);
      bed.journal.write();
      settle(bed.journal, [other]);
      bed.journal.write();
    }
    await until(bed.clock, () => !readdirSync(directory).includes('0000000000000001.ndjson'));
    expect(told(openJournal(directory).found)).toEqual(['a 2 lost 2']);
  });

  it('writes nothing of what is settled before it could be written', async () => {
    const directory = scratch();
    const { journal, put } = openJournal(directory);
    settle(journal, [put('a')]);
    await Promise.resolve();
    expect(readdirSync(directory)).toEqual([]);
  });

  it('leaves nothing behind when nothing waits', async () => {
    const directory = join(scratch(), 'a');
    const { journal, put } = openJournal(directory);
    const a = put('a');
    attempt(journal, [a]);
    settle(journal, [a]);
    journal.close();
    expect(readdirSync(join(directory, '..'))).toEqual([]);
  });

  it('is bounded by what waits, however much goes through', async () => {
    const directory = scratch();
    const segmentBytes = 20_000;
    const { journal, put, clock } = openJournal(directory, { segmentBytes });
    const stuck = Array.from({ length: 20 }, (_, i) => put(`stuck ${i}`));
    for (let i = 0; i < 3_000; i++) {
      const entry = put(String(i), 'x'.repeat(500));
      attempt(journal, [entry]);
      settle(journal, [entry]);
      if (i % 10 === 0) {
        attempt(journal, stuck);
        fail(journal, stuck);
      }
      if (i % 20 !== 0) continue;
      // What is of no use any more is removed by the next sync: 3 MB go through, and 20 that wait have 10 kB.
      await until(clock, () => journal.bytes < 4 * segmentBytes);
    }
    journal.write();
    const files = readdirSync(directory).map((name) => statSync(join(directory, name)).size);
    expect(files.reduce((sum, size) => sum + size, 0)).toBe(journal.bytes);
    expect(told(openJournal(directory).found)).toEqual(stuck.map(({ id }) => `${id} 300`));
  });

  it('does not gather files of processes that do little', async () => {
    const directory = scratch();
    for (let i = 0; i < 60; i++) {
      const { journal, put, clock } = openJournal(directory);
      put(String(i));
      journal.write();
      await until(clock, () => readdirSync(directory).length < 12);
      journal.close();
    }
    expect(told(openJournal(directory).found)).toEqual(Array.from({ length: 60 }, (_, i) => `${i} 0`));
  });

  it('takes no file that is there already', () => {
    const directory = scratch();
    const { journal, put } = openJournal(directory, { segmentBytes: 1_000 });
    const foreign = join(directory, '0000000000000002.ndjson');
    writeFileSync(foreign, 'not ours');
    for (let i = 0; i < 10; i++) {
      put(String(i));
      journal.write();
    }
    expect(journal.isFaulty).toBe(false);
    expect(readFileSync(foreign, 'utf8')).toBe('not ours');
    expect(readdirSync(directory)).toContain('0000000000000003.ndjson');
  });

  it('gives no number twice when some of it could not be read', () => {
    const directory = scratch();
    const first = openJournal(directory);
    first.put('a');
    first.journal.write();
    const path = join(directory, '0000000000000001.ndjson');
    const text = readFileSync(path);
    rmSync(path);
    mkdirSync(path);
    const second = openJournal(directory);
    expect(second.faults).toHaveLength(1);
    second.put('b');
    second.journal.write();
    // It can be read again: nothing has taken its place.
    rmSync(`${path}.unreadable`, { recursive: true });
    writeFileSync(path, text);
    expect(told(openJournal(directory).found)).toEqual(['a 0', 'b 0']);
  });

  it('writes everything anew when its files were removed', async () => {
    const directory = join(scratch(), 'a');
    const { journal, put, clock, faults } = openJournal(directory);
    put('a');
    journal.write();
    rmSync(directory, { recursive: true });
    put('b');
    await until(clock, () => faults.some((fault) => fault.endsWith('is gone')));
    await until(clock, () => faults.at(-1) === 'well');
    expect(journal.isFaulty).toBe(false);
    expect(told(openJournal(directory).found)).toEqual(['a 0', 'b 0']);
  });

  it('goes on in memory while it cannot write, and catches up', async () => {
    const parent = scratch();
    const directory = join(parent, 'a');
    const { journal, put, clock, faults } = openJournal(directory);
    const a = put('a');
    const b = put('b');
    journal.write();
    // Nothing can be made where a file is; the open one is gone, too.
    rmSync(directory, { recursive: true });
    writeFileSync(directory, '');
    put('c');
    await until(clock, () => journal.isFaulty);
    settle(journal, [a]);
    attempt(journal, [b]);
    fail(journal, [b]);
    put('d');
    const before = faults.length;
    await clock.advance(60_000);
    expect(journal.isFaulty).toBe(true);
    // It tries again and again, and less and less often.
    expect(faults.length - before).toBeLessThan(8);
    rmSync(directory);
    await until(clock, () => faults.at(-1) === 'well');
    expect(told(openJournal(directory).found)).toEqual(['b 1', 'c 0', 'd 0']);
  });
});

/** Lets the time of syncs pass until the disk has done what is expected of it. */
async function until(clock: FakeClock, condition: () => boolean): Promise<void> {
  const look = async (): Promise<boolean> => {
    await clock.advance(100);
    return condition();
  };
  await expect.poll(look, { interval: 1, timeout: 10_000 }).toBe(true);
}
