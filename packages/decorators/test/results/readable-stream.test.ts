import { describe, expect, test } from 'vitest';
import { instrumentFunction } from '../../src/index.ts';
import { settle, useRecording } from '../recording.ts';

const recording = useRecording();
const bytes = (...values: number[]): Uint8Array<ArrayBuffer> => new Uint8Array(values);

function byteSource(...chunks: Uint8Array<ArrayBuffer>[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    type: 'bytes',
    pull(controller) {
      const chunk = chunks.shift();
      if (chunk !== undefined) return controller.enqueue(chunk);
      controller.close();
      controller.byobRequest?.respond(0);
    },
  });
}

async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of stream) items.push(item);
  return items;
}

describe('a web stream', () => {
  test('gives all chunks, counts them, and ends with the last', async () => {
    const open = instrumentFunction(() => ReadableStream.from(['a', 'b', 'c']));
    const stream = open();
    expect(stream).toBeInstanceOf(ReadableStream);
    expect(await collect(stream)).toEqual(['a', 'b', 'c']);
    expect(recording.current.outcomes).toEqual(['none']);
    expect(recording.current.items).toEqual([3]);
    expect(recording.current.firstItems).toHaveLength(1);
  });

  test('closed with chunks in its queue loses none', async () => {
    const source = new ReadableStream<number>(
      {
        start(controller) {
          for (const n of [1, 2, 3]) controller.enqueue(n);
          controller.close();
        },
      },
      { highWaterMark: 10 },
    );
    expect(await collect(instrumentFunction(() => source)())).toEqual([1, 2, 3]);
  });

  test('reads nothing ahead of its consumer', async () => {
    let pulled = 0;
    const source = new ReadableStream<number>(
      { pull: (controller) => controller.enqueue(++pulled) },
      { highWaterMark: 0 },
    );
    const reader = instrumentFunction(() => source)().getReader();
    await settle();
    expect(pulled).toBe(0);
    await reader.read();
    await settle();
    expect(pulled).toBe(1);
  });

  test('cancelled cancels its source with the reason, and is cancelled', async () => {
    const reasons: unknown[] = [];
    const source = new ReadableStream<number>({
      pull: (controller) => controller.enqueue(1),
      cancel: (reason) => void reasons.push(reason),
    });
    const stream = instrumentFunction(() => source)();
    await stream.cancel('enough');
    expect(reasons).toEqual(['enough']);
    expect(recording.current.ended).toMatchObject([{ success: false, errorType: 'cancelled' }]);
  });

  test('that fails does so with the same error, to readers that wait and to those who only listen', async () => {
    const error = new RangeError('broken pipe');
    let fail = (): void => {};
    const source = new ReadableStream<number>({
      start(controller) {
        fail = () => controller.error(error);
      },
    });
    const reader = instrumentFunction(() => source)().getReader();
    fail();
    await expect(reader.closed).rejects.toBe(error);
    await expect(reader.read()).rejects.toBe(error);
    expect(recording.current.outcomes).toEqual(['RangeError']);
  });

  test('can be a Response, be piped and be teed', async () => {
    const open = instrumentFunction(() => byteSource(bytes(104), bytes(105)));
    expect(await new Response(open()).text()).toBe('hi');
    const [left, right] = open().tee();
    expect([await collect(left), await collect(right)]).toEqual([
      [bytes(104), bytes(105)],
      [bytes(104), bytes(105)],
    ]);
    const piped = instrumentFunction(() => ReadableStream.from(['x']))().pipeThrough(new TransformStream());
    expect(await collect(piped)).toEqual(['x']);
    expect(recording.current.outcomes).toEqual(['none', 'none', 'none']);
  });

  test('of bytes serves readers with a buffer of their own, and readers without, in turn', async () => {
    const stream = instrumentFunction(() => byteSource(bytes(1, 2), bytes(3, 4), bytes(5, 6)))();
    const own = stream.getReader({ mode: 'byob' });
    expect((await own.read(new Uint8Array(8))).value).toEqual(bytes(1, 2));
    own.releaseLock();
    const plain = stream.getReader();
    expect((await plain.read()).value).toEqual(bytes(3, 4));
    plain.releaseLock();
    const again = stream.getReader({ mode: 'byob' });
    expect((await again.read(new Uint8Array(8))).value).toEqual(bytes(5, 6));
    expect((await again.read(new Uint8Array(8))).done).toBe(true);
    expect(recording.current.outcomes).toEqual(['none']);
    expect(recording.current.items).toEqual([3]);
  });

  test('that somebody reads already, or of a class with more to it, is returned as it is', () => {
    const taken = ReadableStream.from(['a']);
    taken.getReader();
    class Rows extends ReadableStream<string> {
      readonly columns = 3;
    }
    for (const source of [taken, new Rows()]) {
      expect(instrumentFunction(() => source)()).toBe(source);
    }
    expect(recording.current.outcomes).toEqual(['none', 'none']);
  });
});
