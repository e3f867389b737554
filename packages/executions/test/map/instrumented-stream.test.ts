import { setTimeout as delay } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { instrumentedStream, type MapError } from '../../src/index.ts';
import { type Bed, createBed, deferred, thrownBy } from '../support/bed.ts';

let bed: Bed;

beforeEach(() => {
  bed = createBed();
});

async function all<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const results: T[] = [];
  for await (const result of stream) results.push(result);
  return results;
}

describe('a stream', () => {
  it('gives the results in order, and begins with the first that is asked for', async () => {
    const stream = instrumentedStream(
      [30, 1, 10, 2],
      async (millis) => {
        await delay(millis);
        return millis;
      },
      { ...bed.options, name: 'stream' },
    );
    expect(bed.heard).toEqual([]);
    expect(await all(stream)).toEqual([30, 1, 10, 2]);
    expect(bed.payloads('execution.completed')[0]).toMatchObject({ processed: 4, total: 4 });
  });

  it('gives each result as soon as it is there, from a source that is slower', async () => {
    const second = deferred();
    async function* source(): AsyncGenerator<number> {
      yield 1;
      await second.promise;
      yield 2;
    }
    const stream = instrumentedStream(source(), (item) => item, bed.options);
    expect(await stream.next()).toEqual({ value: 1, done: false });
    second.resolve();
    expect(await all(stream)).toEqual([2]);
  });

  it('begins no more than there is room for, until results are taken', async () => {
    let begun = 0;
    const stream = instrumentedStream(Array(100), () => ++begun, { ...bed.options, concurrency: 4 });
    await stream.next();
    await delay(5);
    const before = begun;
    expect(before).toBeLessThanOrEqual(5);
    await stream.next();
    await delay(5);
    expect(begun).toBe(before + 1);
    await stream.return();
  });

  it('ends when its consumer leaves: its source is closed and its signal aborts', async () => {
    let closed = 0;
    let signal: AbortSignal | undefined;
    function* source(): Generator<number> {
      try {
        for (let i = 0; ; i++) yield i;
      } finally {
        closed++;
      }
    }
    for await (const item of instrumentedStream(
      source(),
      (value, _index, run) => {
        signal = run.signal;
        return value;
      },
      { ...bed.options, name: 'stream', concurrency: 3 },
    )) {
      if (item === 5) break;
    }
    expect({ closed, aborted: signal?.aborted }).toEqual({ closed: 1, aborted: true });
    expect(bed.metric('stream.executions')).toEqual({ 'error_type=none,success=true': 1 });
    expect(bed.metric('stream.executions.active')).toEqual({ '': 0 });
  });

  it('throws the first error in the order of the items, or all of them in the end', async () => {
    const fail = async (item: number): Promise<number> => {
      if (item % 2 === 1) throw new RangeError(`no ${item}`);
      return item;
    };
    const error = await thrownBy(() => all(instrumentedStream([0, 1, 2, 3], fail, bed.options)));
    expect((error as Error).message).toBe('no 1');
    const seen: number[] = [];
    const late = await thrownBy(async () => {
      for await (const item of instrumentedStream([0, 1, 2, 3], fail, {
        ...bed.options,
        stopOnError: false,
      })) {
        seen.push(item);
      }
    });
    expect(seen).toEqual([0, 2]);
    expect((late as AggregateError).errors.map(({ message }) => message)).toEqual(['no 1', 'no 3']);
    expect((late as MapError).failures.map(({ index }) => index)).toEqual([1, 3]);
    expect((late as MapError).results).toEqual([]);
    expect(bed.payloads('execution.failed').map(({ errorType }) => errorType)).toEqual([
      'RangeError',
      'MapError',
    ]);
  });

  it('gives what came before its source failed', async () => {
    async function* source(): AsyncGenerator<number> {
      yield 1;
      throw new RangeError('source');
    }
    const stream = instrumentedStream(source(), (item) => item, bed.options);
    expect(await stream.next()).toEqual({ value: 1, done: false });
    expect(((await thrownBy(() => stream.next())) as Error).message).toBe('source');
  });

  it('ends when its signal aborts, even while it waits', async () => {
    const stop = new AbortController();
    const never = new Promise<number>(() => {});
    const stream = instrumentedStream([1, 2], () => never, {
      ...bed.options,
      name: 'stream',
      signal: stop.signal,
    });
    const next = thrownBy(() => stream.next());
    await delay(1);
    stop.abort(new Error('enough'));
    expect((await next) as Error).toBe(stop.signal.reason);
    expect(bed.metric('stream.executions')).toEqual({ 'error_type=cancelled,success=false': 1 });
  });
});
