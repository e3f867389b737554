import { existsSync, mkdirSync, readFileSync, stat } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { DiskQueue, type DiskQueueOptions } from '../../src/journal/disk-queue.ts';
import { SegmentFile } from '../../src/journal/segment-file.ts';
import { useScratch } from './scratch.ts';

const scratch = useScratch();
afterEach(() => {
  vi.useRealTimers();
});
const WAIT = { timeout: 20_000, interval: 10 };

interface Bed {
  readonly queue: DiskQueue;
  readonly directory: string;
  /** Sizes that were told to be durable, and faults, in order. */
  readonly told: (number | string)[];
  add(file: SegmentFile, line?: string): void;
}

function newQueue(options: Partial<DiskQueueOptions> = {}): Bed {
  const told: (number | string)[] = [];
  const queue = new DiskQueue({
    commitIntervalMillis: 2,
    prepare: () => undefined,
    prepareNow: () => {},
    onDurable: (size) => told.push(size),
    onFault: (error) => told.push(error === undefined ? 'well' : String((error as Error).message)),
    ...options,
  });
  let size = 0;
  return {
    queue,
    directory: scratch(),
    told,
    add: (file, line = 'line') => {
      file.append(line);
      queue.added(file, ++size);
    },
  };
}

/** A promise, and what settles it. */
function later(): { promise: Promise<void>; resolve: () => void; reject: (error: Error) => void } {
  let resolve = (): void => {};
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<void>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}

describe('a queue', () => {
  test('brings a file to disk to its end before it makes the next one', async () => {
    const { queue, directory, told, add } = newQueue();
    const files = ['a', 'b', 'c'].map((name) => new SegmentFile(join(directory, name)));
    for (const file of files) {
      add(file);
      add(file);
      file.end();
    }
    await queue.flush();
    // The last word may be of a sync that another one has overtaken.
    expect(told.slice(0, 3)).toEqual([2, 4, 6]);
    expect(queue.waitingBytes).toBe(0);
    expect(readFileSync(join(directory, 'c'), 'utf8')).toBe('line\nline\n');
    queue.stop();
  });

  test('does the same at once', () => {
    const { queue, directory, told, add } = newQueue();
    const [a, b] = [new SegmentFile(join(directory, 'a')), new SegmentFile(join(directory, 'b'))];
    add(a);
    a.end();
    add(b);
    expect(queue.commitNow()).toBe(true);
    expect(told).toEqual([1, 2]);
    expect(queue.commitNow()).toBe(true);
    queue.stop();
  });

  test('has nothing on disk before what it needs is there', async () => {
    const keys = later();
    const { queue, directory, told, add } = newQueue({ prepare: () => keys.promise });
    add(new SegmentFile(join(directory, 'a')));
    const flushed = queue.flush();
    await turn();
    await turn();
    expect(told).toEqual([]);
    keys.resolve();
    await flushed;
    expect(told).toEqual([1]);
    queue.stop();
  });

  test('ends a flush with what was there when it began', async () => {
    let file: SegmentFile | undefined;
    const bed = newQueue({
      // While one commit is under way, there is always something for the next.
      prepare: async () => bed.add(file as SegmentFile),
    });
    file = new SegmentFile(join(bed.directory, 'a'));
    bed.add(file);
    await bed.queue.flush();
    expect(bed.told[0]).toBe(1);
    expect(bed.queue.waitingBytes).toBeGreaterThan(0);
    bed.queue.stop();
  });

  test('ends a flush when it is stopped', async () => {
    const keys = later();
    const { queue, directory, add } = newQueue({ prepare: () => keys.promise });
    add(new SegmentFile(join(directory, 'a')));
    const flushed = queue.flush();
    await turn();
    queue.stop();
    keys.resolve();
    await flushed;
  });
});

/** Keeps the event loop from turning. */
function busy(millis: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, millis);
}

describe('a queue in a process that is too busy to hear the disk', () => {
  test('goes on writing, and brings everything to disk, while nothing else can', async () => {
    const keys = later();
    const { queue, directory, told, add } = newQueue({ prepare: () => keys.promise });
    const file = new SegmentFile(join(directory, 'a'));
    add(file);
    await turn();
    busy(1_100);
    add(file);
    expect(queue.write()).toBe(true);
    expect(readFileSync(join(directory, 'a'), 'utf8')).toBe('line\nline\n');
    expect(queue.commitNow()).toBe(true);
    expect(told).toEqual([2]);
    keys.resolve();
    queue.stop();
  });

  test('takes it for no fault of the disk, whatever turns of the event loop an answer needs', async () => {
    const turns = async (): Promise<void> => {
      for (let n = 0; n < 3; n++) await new Promise((resolve) => stat(tmpdir(), resolve));
    };
    const { queue, directory, told, add } = newQueue({ prepare: turns });
    add(new SegmentFile(join(directory, 'a')));
    const flushed = queue.flush();
    const blocking = setInterval(() => busy(400), 1);
    busy(1_100);
    await flushed;
    clearInterval(blocking);
    expect(told).toEqual([1]);
    queue.stop();
  });
});

describe('a queue whose disk fails', () => {
  test('says so, tries again, and says when it is well', async () => {
    const { queue, directory, told, add } = newQueue();
    const away = join(directory, 'away');
    add(new SegmentFile(join(away, 'a')));
    await queue.flush();
    expect(queue.isFaulty).toBe(true);
    expect(told.every((each) => String(each).includes('ENOENT'))).toBe(true);
    mkdirSync(away);
    await expect.poll(() => told.slice(-2), WAIT).toEqual([1, 'well']);
    expect(queue.isFaulty).toBe(false);
    queue.stop();
  });

  test('syncs as ever once it is well, whenever the next attempt was due', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { queue, directory, told, add } = newQueue({ commitIntervalMillis: 0 });
    const away = join(directory, 'away');
    const file = new SegmentFile(join(away, 'a'));
    add(file);
    for (let attempt = 0; attempt < 8; attempt++) await queue.flush();
    mkdirSync(away);
    expect(queue.commitNow()).toBe(true);
    add(file);
    // Without any timer: the next attempt would have been seconds away.
    await expect.poll(() => told.at(-1), WAIT).toBe(2);
    queue.stop();
  });

  test('is well when what failed had been brought to disk meanwhile', async () => {
    const keys = later();
    const prepared = [keys.promise];
    const { queue, directory, told, add } = newQueue({ prepare: () => prepared.pop() });
    const file = new SegmentFile(join(directory, 'a'));
    add(file);
    file.end();
    const flushed = queue.flush();
    await turn();
    expect(queue.commitNow()).toBe(true);
    keys.reject(new Error('the sync of before'));
    await flushed;
    await turn();
    expect(queue.isFaulty).toBe(false);
    // And goes on with what comes.
    add(new SegmentFile(join(directory, 'b')));
    await expect.poll(() => told.at(-1), WAIT).toBe(2);
    queue.stop();
  });

  test('tries again however often somebody writes', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { queue, directory, told, add } = newQueue();
    const away = join(directory, 'away');
    add(new SegmentFile(join(away, 'a')));
    for (let i = 0; i < 500; i++) {
      expect(queue.write()).toBe(false);
      vi.advanceTimersByTime(0);
    }
    mkdirSync(away);
    // The first attempt is still the one that was due then.
    vi.advanceTimersByTime(100);
    await expect.poll(() => told.at(-1), WAIT).toBe('well');
    queue.stop();
  });

  test('leaves a disk alone that does not answer, and ends what waits for it', async () => {
    const keys = later();
    const { queue, directory, told, add } = newQueue({ prepare: () => keys.promise });
    const [a, b] = [new SegmentFile(join(directory, 'a')), new SegmentFile(join(directory, 'b'))];
    add(a);
    a.end();
    await queue.flush();
    expect(told).toEqual(['the disk has not answered for 1000 ms']);
    expect(queue.isFaulty).toBe(true);
    add(b);
    await turn();
    await expect.poll(() => queue.write(), WAIT).toBe(false);
    expect(queue.commitNow()).toBe(false);
    await queue.flush();
    expect(existsSync(join(directory, 'b'))).toBe(false);
    keys.resolve();
    await expect.poll(() => told.slice(1), WAIT).toEqual([1, 'well', 2]);
    queue.stop();
  });
});
