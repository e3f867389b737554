import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DedupWindow } from '../../src/ingest/dedup-window.ts';
import { resume, saveWindow } from '../../src/write/resume.ts';
import { segmentPath } from '../../src/write/segments.ts';
import { freshDirectory } from '../support/directory.ts';
import { eventOf, lineOf } from '../support/event.ts';

const isWritten = (window: DedupWindow, sequence: number): boolean => window.isWritten(eventOf(sequence));

describe('resume', () => {
  it('begins with the first segment where nothing is, and makes the directory', async () => {
    const directory = join(freshDirectory(), 'a', 'b');
    expect(await resume(directory, new DedupWindow())).toEqual({ segment: 1, length: 0 });
    expect(existsSync(directory)).toBe(true);
  });

  it('reads all that was written, but nothing of a torn end', async () => {
    const directory = freshDirectory();
    writeFileSync(segmentPath(directory, 1), lineOf(1) + lineOf(2));
    const whole = lineOf(3) + lineOf(4);
    writeFileSync(segmentPath(directory, 2), whole + lineOf(5).slice(0, -1));
    const window = new DedupWindow();
    expect(await resume(directory, window)).toEqual({ segment: 2, length: Buffer.byteLength(whole) });
    expect([1, 2, 3, 4, 5].map((sequence) => isWritten(window, sequence))).toEqual([
      true,
      true,
      true,
      true,
      false,
    ]);
  });

  it('reads no segment again whose events were saved', async () => {
    const directory = freshDirectory();
    const before = new DedupWindow();
    for (const sequence of [1, 2]) before.commit(eventOf(sequence));
    await saveWindow(directory, 1, before);
    // Were it read, its event would be known.
    writeFileSync(segmentPath(directory, 1), lineOf(9));
    writeFileSync(segmentPath(directory, 2), lineOf(3));
    const window = new DedupWindow();
    expect(await resume(directory, window)).toEqual({ segment: 2, length: Buffer.byteLength(lineOf(3)) });
    expect([1, 2, 3, 9].map((sequence) => isWritten(window, sequence))).toEqual([true, true, true, false]);
  });

  it('goes on after the last finished segment when the next was not begun', async () => {
    const directory = freshDirectory();
    await saveWindow(directory, 4, new DedupWindow());
    expect(await resume(directory, new DedupWindow())).toEqual({ segment: 5, length: 0 });
  });

  it.each([
    '',
    '{"segment":1',
    '{"segment":"x","seen":[]}',
    'null',
    '{"segment":1,"seen":[{"device":"sensor-1"}]}',
  ])('reads everything when the state is %j', async (text) => {
    const directory = freshDirectory();
    writeFileSync(join(directory, 'window.json'), text);
    writeFileSync(segmentPath(directory, 1), lineOf(1));
    writeFileSync(segmentPath(directory, 2), `no event\n${lineOf(2)}`);
    const window = new DedupWindow();
    await resume(directory, window);
    expect([isWritten(window, 1), isWritten(window, 2)]).toEqual([true, true]);
  });

  it('reads lines that stand across the chunks of a large file', async () => {
    const directory = freshDirectory();
    const count = 3_000;
    const lines = Array.from({ length: count }, (_, i) => lineOf(i + 1)).join('');
    writeFileSync(segmentPath(directory, 1), lines);
    const window = new DedupWindow();
    expect(await resume(directory, window)).toEqual({ segment: 1, length: Buffer.byteLength(lines) });
    expect(window.state()).toEqual([{ device: 'sensor-1', boot: 7, floor: count, above: [] }]);
  });
});
