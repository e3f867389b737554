import { PassThrough, Readable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { describe, expect, test } from 'vitest';
import { instrumentFunction } from '../../src/index.ts';
import { settle, useRecording } from '../recording.ts';

const recording = useRecording();

describe('a Node.js stream', () => {
  test('is a plain value by default', () => {
    const stream = Readable.from(['a']);
    expect(instrumentFunction(() => stream)()).toBe(stream);
    expect(Object.hasOwn(stream, 'emit')).toBe(false);
    expect(recording.current.outcomes).toEqual(['none']);
  });

  test('with stream: true is followed to its end, however it is consumed', async () => {
    const open = instrumentFunction(() => Readable.from(['a', 'b']), { stream: true });
    const stream = open();
    expect(stream.readableFlowing).toBe(null);
    expect(stream.listenerCount('data') + stream.listenerCount('error')).toBe(0);
    expect(await stream.toArray()).toEqual(['a', 'b']);
    await pipeline(open(), new PassThrough({ objectMode: true }).resume());
    const flowing = open();
    flowing.on('data', () => {});
    await finished(flowing);
    expect(recording.current.outcomes).toEqual(['none', 'none', 'none']);
    expect(recording.current.items).toEqual([2, 2, 2]);
    expect(recording.current.operations[0]?.streaming).toBe(true);
  });

  test('that fails ends with the class of the error; destroyed early it is cancelled', async () => {
    const open = instrumentFunction(() => new PassThrough(), { stream: true });
    const failing = open();
    failing.on('error', () => {});
    failing.destroy(new RangeError('broken'));
    open().destroy();
    await settle();
    expect(recording.current.outcomes).toEqual(['RangeError', 'cancelled']);
  });
});
