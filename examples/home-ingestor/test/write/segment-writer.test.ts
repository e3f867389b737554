import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createFaultyDisk, disk } from '../../src/write/disk.ts';
import { SegmentWriter, type SegmentWriterOptions } from '../../src/write/segment-writer.ts';
import { freshDirectory } from '../support/directory.ts';

function writerIn(directory: string, options: Partial<SegmentWriterOptions> = {}): SegmentWriter {
  return new SegmentWriter({
    directory,
    disk,
    start: { segment: 1, length: 0 },
    maxBytes: 1_000,
    onFinished: async () => {},
    ...options,
  });
}

const read = (directory: string, segment = 1): string =>
  readFileSync(join(directory, `events-0000000${segment}.ndjson`), 'utf8');

describe('SegmentWriter', () => {
  it('appends, and goes on in the next segment when one is full', async () => {
    const directory = freshDirectory();
    const finished: number[] = [];
    const onFinished = async (segment: number): Promise<void> => void finished.push(segment);
    const writer = writerIn(directory, { maxBytes: 8, onFinished });
    for (const text of ['one\n', 'two\n', 'three\n']) {
      await writer.append(Buffer.from(text));
      await writer.rotate();
    }
    await writer.close();
    expect([read(directory), read(directory, 2)]).toEqual(['one\ntwo\n', 'three\n']);
    expect(finished).toEqual([1]);
    expect(writer.segment).toBe(2);
  });

  it('leaves nothing of a batch for which there was no room', async () => {
    const directory = freshDirectory();
    const full = createFaultyDisk(disk);
    const writer = writerIn(directory, { disk: full });
    await writer.append(Buffer.from('first\n'));
    full.isFull = true;
    await expect(writer.append(Buffer.from('second\n'))).rejects.toThrow('ENOSPC');
    expect(read(directory)).toBe('first\nsec');
    await expect(writer.append(Buffer.from('2\n'))).rejects.toMatchObject({ code: 'ENOSPC' });
    full.isFull = false;
    await writer.append(Buffer.from('2\n'));
    expect(read(directory)).toBe('first\n2\n');
    expect(full.failures).toBe(2);
  });

  it('cuts off what a failed batch left when it is closed', async () => {
    const directory = freshDirectory();
    const full = createFaultyDisk(disk);
    const writer = writerIn(directory, { disk: full });
    await writer.append(Buffer.from('first\n'));
    full.isFull = true;
    await expect(writer.append(Buffer.from('second\n'))).rejects.toThrow('ENOSPC');
    await writer.close();
    expect(read(directory)).toBe('first\n');
  });

  it('cuts off what an earlier process left torn', async () => {
    const directory = freshDirectory();
    writeFileSync(join(directory, 'events-00000001.ndjson'), 'whole\ntor');
    const writer = writerIn(directory, { start: { segment: 1, length: 6 } });
    await writer.append(Buffer.from('next\n'));
    await writer.close();
    expect(read(directory)).toBe('whole\nnext\n');
  });

  it('tries a rotation again that failed', async () => {
    const directory = freshDirectory();
    let failures = 1;
    const onFinished = async (): Promise<void> => {
      if (failures-- > 0) throw new Error('not yet');
    };
    const writer = writerIn(directory, { maxBytes: 1, onFinished });
    await writer.append(Buffer.from('a\n'));
    await expect(writer.rotate()).rejects.toThrow('not yet');
    await writer.rotate();
    await writer.append(Buffer.from('b\n'));
    await writer.close();
    expect(readdirSync(directory).sort()).toEqual(['events-00000001.ndjson', 'events-00000002.ndjson']);
  });
});
