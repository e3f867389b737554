import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { replay } from '../../src/outbox/replay.ts';
import { attempt, fail, openJournal, settle, told } from './journal-bed.ts';
import { useScratch } from './scratch.ts';

const scratch = useScratch();
const NAME = '0000000000000001.ndjson';

/** A file with records of all kinds, where each of the entries that wait has one `put`. */
function writeSample(): { directory: string; bytes: Buffer } {
  const directory = scratch();
  const { journal, put } = openJournal(directory);
  const [a, b, c] = ['a', 'b ü', 'c'].map((id) => put(id, 'text')) as [never, never, never];
  attempt(journal, [a, b]);
  settle(journal, [a]);
  fail(journal, [b]);
  put('d', '{"crc":"00000000","done":[1,2,3,4]}');
  attempt(journal, [c]);
  journal.write();
  return { directory, bytes: readFileSync(join(directory, NAME)) };
}

/** Where each line begins, and what it puts. */
function linesOf(bytes: Buffer): { from: number; to: number; put: string | undefined }[] {
  const lines: { from: number; to: number; put: string | undefined }[] = [];
  for (let from = 0; from < bytes.length; ) {
    const to = bytes.indexOf(0x0a, from) + 1;
    const { notification } = JSON.parse(bytes.subarray(from, to).toString()) as {
      notification?: { id: string };
    };
    lines.push({ from, to, put: notification?.id });
    from = to;
  }
  return lines;
}

function idsIn(directory: string): string[] {
  return replay(directory).entries.map(({ id }) => id);
}

describe('a journal that is damaged', () => {
  it('loses no record that is whole, whichever byte is changed', () => {
    const { bytes } = writeSample();
    const lines = linesOf(bytes);
    const directory = scratch();
    for (let at = 0; at < bytes.length; at++) {
      for (const change of [0x01, 0x20, 0x80]) {
        const damaged = Buffer.from(bytes);
        damaged[at] = (damaged[at] as number) ^ change;
        writeFileSync(join(directory, NAME), damaged);
        const hit = lines.find(({ from, to }) => at >= from && at < to);
        const ids = idsIn(directory);
        for (const id of ['b ü', 'c', 'd']) if (hit?.put !== id) expect(ids).toContain(id);
        // What is damaged is never taken for something else.
        expect(ids.filter((id) => !['a', 'b ü', 'c', 'd'].includes(id))).toEqual([]);
        // Only what says that it was delivered, or what it was, can bring it back.
        if (ids.includes('a')) expect(hit?.put).toBeUndefined();
      }
    }
  });

  it('loses no record before the place where it is cut off, and says nothing of damage', () => {
    const { bytes } = writeSample();
    const lines = linesOf(bytes);
    const directory = scratch();
    for (let length = 0; length < bytes.length; length++) {
      writeFileSync(join(directory, NAME), bytes.subarray(0, length));
      const found = replay(directory);
      const whole = lines.filter(({ to }) => to <= length + 1);
      const put = whole.flatMap(({ put: id }) => id ?? []);
      const isDone = whole.length > 4;
      expect(found.entries.map(({ id }) => id)).toEqual(put.filter((id) => !(isDone && id === 'a')));
      expect(found.damaged).toEqual([]);
      // What was torn is cut off: the next one finds nothing of it.
      expect(replay(directory).tornBytes).toBe(0);
    }
  });

  it('keeps what is damaged aside, once, and goes on with what is whole', async () => {
    const { directory, bytes } = writeSample();
    const rubbish = ['not JSON', '{"crc":"00000000","put":1}', '\u0000\u0000', '{"put":77}'].join('\n');
    writeFileSync(join(directory, NAME), `${rubbish}\n${bytes.toString()}`);
    const first = openJournal(directory);
    expect(first.damaged).toBe(4);
    expect(told(first.found)).toEqual(['b ü 1', 'c 1 lost 1', 'd 0']);
    expect(readFileSync(join(directory, 'damaged'), 'utf8')).toBe(`${rubbish}\n`);
    await first.clock.advance(100);
    await expect.poll(() => readdirSync(directory)).not.toContain(NAME);
    const second = openJournal(directory);
    expect(second.damaged).toBe(0);
    expect(told(second.found)).toEqual(['b ü 1', 'c 1 lost 1', 'd 0']);
  });

  it('keeps no more of it than a megabyte', () => {
    const directory = scratch();
    for (let round = 0; round < 3; round++) {
      writeFileSync(join(directory, NAME), `${`${'x'.repeat(1_000)}\n`.repeat(600)}`);
      expect(openJournal(directory).damaged).toBe(600);
    }
    expect(readFileSync(join(directory, 'damaged')).length).toBeLessThanOrEqual(1 << 20);
  });

  it('of a version to come is kept, and not understood by guessing', () => {
    const { directory, bytes } = writeSample();
    const future = bytes.toString().replaceAll('"put":', '"post":');
    writeFileSync(join(directory, NAME), future);
    const { found, damaged } = openJournal(directory);
    expect(told(found)).toEqual([]);
    expect(damaged).toBe(4);
  });

  it('does not lose what is in the other files', () => {
    const { directory, bytes } = writeSample();
    mkdirSync(join(directory, '0000000000000002.ndjson'));
    writeFileSync(join(directory, 'README.txt'), 'not ours');
    copyFileSync(join(directory, NAME), join(directory, '0000000000000003.ndjson'));
    const { found, faults } = openJournal(directory);
    expect(told(found)).toEqual(['b ü 1', 'c 1 lost 1', 'd 0']);
    expect(faults[0]).toMatch(/0002\.ndjson is no regular file/);
    expect(bytes.length).toBeGreaterThan(0);
  });
});
