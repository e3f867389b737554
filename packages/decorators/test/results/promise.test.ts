import { afterEach, describe, expect, test } from 'vitest';
import { instrumentFunction } from '../../src/index.ts';
import { settle, useRecording } from '../recording.ts';

const recording = useRecording();
const putBack: (() => void)[] = [];
afterEach(() => {
  for (const undo of putBack.splice(0)) undo();
});

/** What Node.js reports as unhandled from now on, instead of failing the test run. */
function unhandledRejections(): unknown[] {
  const reasons: unknown[] = [];
  const listeners = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection');
  process.on('unhandledRejection', (reason) => reasons.push(reason));
  putBack.push(() => {
    process.removeAllListeners('unhandledRejection');
    for (const listener of listeners) process.on('unhandledRejection', listener);
  });
  return reasons;
}

describe('a native promise', () => {
  test('ends the call when it settles, not before', async () => {
    let finish = (_: number): void => {};
    const work = instrumentFunction(() => new Promise<number>((resolve) => (finish = resolve)));
    const promise = work();
    await settle();
    expect(recording.current.active).toBe(1);
    finish(7);
    expect(await promise).toBe(7);
    expect(recording.current.outcomes).toEqual(['none']);
    expect(recording.current.ended[0]?.millis).toBeGreaterThan(1);
  });

  test('stays a native promise and rejects with the same error', async () => {
    const error = new RangeError('no');
    const promise = instrumentFunction(async () => Promise.reject(error))();
    expect(Object.getPrototypeOf(promise)).toBe(Promise.prototype);
    await expect(promise).rejects.toBe(error);
    expect(recording.current.outcomes).toEqual(['RangeError']);
  });

  test('whose rejection nobody handles is reported as unhandled, once', async () => {
    const reasons = unhandledRejections();
    const error = new Error('nobody cares');
    instrumentFunction(async () => Promise.reject(error))();
    await settle();
    expect(reasons).toEqual([error]);
  });

  test('whose rejection is handled is not reported', async () => {
    const reasons = unhandledRejections();
    instrumentFunction(async () => Promise.reject(new Error('handled')))().catch(() => {});
    await settle();
    expect(reasons).toEqual([]);
  });

  test('keeps properties of its own, as the results of process libraries have', async () => {
    const spawn = (): Promise<number> & { pid: number } => {
      const promise = Object.assign(Promise.resolve(0), { pid: 42 });
      return Object.defineProperty(promise, 'kill', { get: () => expect.unreachable('a getter ran') });
    };
    const process = instrumentFunction(spawn)();
    expect(process.pid).toBe(42);
    expect(Object.getOwnPropertyDescriptor(process, 'kill')?.get).toBeTypeOf('function');
    expect(await process).toBe(0);
  });

  test('of a stream ends the call when the stream ends', async () => {
    const open = instrumentFunction(async () => ReadableStream.from(['a', 'b']));
    const stream = await open();
    expect(recording.current.active).toBe(1);
    const chunks: string[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    expect(chunks).toEqual(['a', 'b']);
    expect(recording.current.outcomes).toEqual(['none']);
    expect(recording.current.items).toEqual([2]);
  });
});
