import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type Clock, systemClock } from '../../src/delivery/clock.ts';
import { replay } from '../../src/outbox/replay.ts';
import { openJournal, settle } from './journal-bed.ts';
import { useScratch } from './scratch.ts';

const scratch = useScratch();
const SYNC_MILLIS = 100;

/** A journal whose disk is at a sync for so long, as time is told to it: what is real of it has not come back yet. */
function stalled(directory: string, millis: number): ReturnType<typeof openJournal> {
  const bed = openJournal(directory);
  bed.put('before');
  bed.journal.write();
  bed.clock.pass(SYNC_MILLIS + millis);
  return bed;
}

it('a disk that does not answer is left alone, and gets all that it lacks when it does', async () => {
  const directory = join(scratch(), 'test');
  const bed = stalled(directory, 5_000);
  bed.put('meanwhile');
  bed.journal.write();
  expect(bed.faults).toEqual(['the disk has not answered for 1000 ms']);
  expect(bed.journal.isFaulty).toBe(true);
  expect(replay(directory).entries.map(({ id }) => id)).toEqual(['before']);
  // It answers; after the pause it is tried again.
  await expect
    .poll(async () => {
      await bed.clock.advance(1_000);
      return bed.faults.at(-1);
    })
    .toBe('well');
  expect(replay(directory).entries.map(({ id }) => id)).toEqual(['before', 'meanwhile']);
  bed.journal.close();
});

it('a disk that is only slow is written', async () => {
  const bed = stalled(join(scratch(), 'test'), 900);
  bed.put('meanwhile');
  bed.journal.write();
  expect(bed.faults).toEqual([]);
  bed.journal.close();
});

it('closing does not wait for a disk that does not answer', async () => {
  const directory = join(scratch(), 'test');
  const bed = stalled(directory, 5_000);
  bed.journal.close();
  expect(bed.faults).toContain('the disk has not answered for 1000 ms');
  expect(replay(directory).entries.map(({ id }) => id)).toEqual(['before']);
});

/** The time of the machine; `then` is called in the turn of the event loop in which the first sync begins. */
function clockAtSync(then: () => void): Clock {
  let hasBegun = false;
  return {
    ...systemClock,
    after: (millis, callback) =>
      systemClock.after(millis, () => {
        callback();
        if (hasBegun) return;
        hasBegun = true;
        then();
      }),
  };
}

it('a process that was too busy to hear the disk writes all the same, and closes as ever', async () => {
  const directory = join(scratch(), 'test');
  const written = await new Promise<readonly string[]>((resolve) => {
    const clock = clockAtSync(() => {
      // The event loop does not turn meanwhile.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_200);
      bed.put('meanwhile');
      bed.journal.write();
      const ids = replay(directory).entries.map(({ id }) => id);
      bed.journal.close();
      resolve(ids);
    });
    const bed = openJournal(directory, { clock, onFault: (error) => resolve([String(error)]) });
    bed.put('before');
    bed.journal.write();
  });
  expect(written).toEqual(['before', 'meanwhile']);
});

it('nothing that was delivered while the disk failed is noted twice', async () => {
  const directory = join(scratch(), 'test');
  const bed = openJournal(directory);
  const entry = bed.put('a');
  bed.journal.write();
  bed.clock.pass(SYNC_MILLIS + 5_000);
  bed.put('b');
  bed.journal.write();
  settle(bed.journal, [entry]);
  // Before its time, as at the end: the disk still does not answer.
  bed.journal.writeNow();
  await expect
    .poll(async () => {
      await bed.clock.advance(1_000);
      return bed.faults.at(-1);
    })
    .toBe('well');
  expect(replay(directory).entries.map(({ id }) => id)).toEqual(['b']);
  const texts = readdirSync(directory).map((name) => readFileSync(join(directory, name), 'utf8'));
  expect(texts.join('').match(/"done":.*/g)).toEqual(['"done":[1]}']);
  bed.journal.close();
});
