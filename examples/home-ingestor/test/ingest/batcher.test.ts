import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Batcher } from '../../src/ingest/batcher.ts';

/** A place to write to that takes its time: each batch waits to be let through. */
function createGate() {
  const batches: (readonly number[])[] = [];
  const waiting: { resolve: () => void; reject: (error: Error) => void }[] = [];
  return {
    batches,
    write: (batch: readonly number[]): Promise<void> => {
      batches.push(batch);
      return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
    },
    async pass(): Promise<void> {
      waiting.shift()?.resolve();
      await turn();
    },
    async fail(): Promise<void> {
      waiting.shift()?.reject(new Error('no room'));
      await turn();
    },
  };
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

describe('Batcher', () => {
  it('writes as soon as a batch is full', async () => {
    const { batches, write, pass } = createGate();
    const batcher = new Batcher<number>({ size: 3, delayMillis: 50, capacity: 100, write });
    for (const item of [1, 2]) batcher.push(item);
    expect(batches).toEqual([]);
    batcher.push(3);
    expect(batches).toEqual([[1, 2, 3]]);
    expect(batcher.depth).toBe(3);
    await pass();
    expect(batcher.depth).toBe(0);
  });

  it('writes what there is when its time is over, and one batch at a time', async () => {
    const { batches, write, pass } = createGate();
    const batcher = new Batcher<number>({ size: 3, delayMillis: 50, capacity: 100, write });
    batcher.push(1);
    vi.advanceTimersByTime(49);
    expect(batches).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(batches).toEqual([[1]]);
    for (const item of [2, 3, 4, 5]) batcher.push(item);
    vi.advanceTimersByTime(1_000);
    expect(batches).toEqual([[1]]);
    await pass();
    expect(batches).toEqual([[1], [2, 3, 4]]);
    await pass();
    expect(batches).toHaveLength(2);
    vi.advanceTimersByTime(50);
    expect(batches).toEqual([[1], [2, 3, 4], [5]]);
  });

  it('holds up whoever fills it, until there is room', async () => {
    const { write, pass } = createGate();
    const depths: number[] = [];
    const onDepth = (depth: number): unknown => depths.push(depth);
    const batcher = new Batcher<number>({ size: 2, delayMillis: 50, capacity: 3, write, onDepth });
    expect(batcher.push(1)).toBeUndefined();
    expect(batcher.push(2)).toBeUndefined();
    let hasRoom = false;
    void batcher.push(3)?.then(() => {
      hasRoom = true;
    });
    await turn();
    expect(hasRoom).toBe(false);
    expect(batcher.stalls).toBe(1);
    await pass();
    expect(hasRoom).toBe(true);
    expect(depths).toEqual([1, 2, 3, 1]);
  });

  it('flushes all that waits', async () => {
    const { batches, write, pass } = createGate();
    const batcher = new Batcher<number>({ size: 2, delayMillis: 50, capacity: 100, write });
    for (const item of [1, 2, 3]) batcher.push(item);
    const flushed = batcher.flush();
    await pass();
    await pass();
    await flushed;
    expect(batches).toEqual([[1, 2], [3]]);
    expect(batcher.depth).toBe(0);
  });

  it('goes no further when a batch cannot be written', async () => {
    const { batches, write, fail } = createGate();
    const batcher = new Batcher<number>({ size: 1, delayMillis: 50, capacity: 100, write });
    batcher.push(1);
    batcher.push(2);
    const flushed = batcher.flush();
    const refused = expect(flushed).rejects.toThrow('no room');
    await fail();
    await refused;
    batcher.push(3);
    expect(batches).toEqual([[1]]);
  });
});
