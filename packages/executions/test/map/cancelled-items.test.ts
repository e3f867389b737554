import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  type ExecutionHooks,
  instrumentedMap,
  instrumentedStream,
  type MapOptions,
} from '../../src/index.ts';
import type { Mapper } from '../../src/map/mapping.ts';
import { type Bed, createBed, thrownBy } from '../support/bed.ts';

let bed: Bed;

beforeEach(() => {
  bed = createBed();
});

type Work = (fn: Mapper<number, void>, options: MapOptions) => Promise<unknown>;

const ITEMS = [1, 2, 3, 4, 5, 6];

describe.each<[string, Work]>([
  ['map', (fn, options) => instrumentedMap(ITEMS, fn, options)],
  [
    'stream',
    async (fn, options) => {
      for await (const _ of instrumentedStream(ITEMS, fn, options));
    },
  ],
])('items of a %s', (_kind, work) => {
  let told: string[] = [];
  const onError: ExecutionHooks['onError'] = ({ scope, errorType }) =>
    void told.push(`${scope} ${errorType}`);
  const options = (): MapOptions => ({ ...bed.options, name: 'work', concurrency: 4, hooks: { onError } });

  beforeEach(() => {
    told = [];
  });

  const counted = () => ({
    processed: bed.metric('work.items.processed'),
    failed: bed.metric('work.items.failed'),
    errors: Object.keys(bed.metric('work.errors')).filter((labels) => labels.includes('scope=item')),
    told: told.filter((each) => each.startsWith('item')),
  });

  it.each([
    ['that end with an AbortError', undefined],
    ["that end with the signal's reason", new Error('enough')],
  ])('%s when the execution is cancelled are neither processed nor failed', async (_text, reason) => {
    const stop = new AbortController();
    let underWay = 0;
    const error = await thrownBy(() =>
      work(
        async (_item, _index, { signal }) => {
          if (++underWay === 4) setImmediate(() => stop.abort(reason));
          await delay(30_000, undefined, { signal }).catch((abort: unknown) => {
            throw reason ?? abort;
          });
        },
        { ...options(), signal: stop.signal },
      ),
    );
    await nextTurn();
    expect(error).toBe(stop.signal.reason);
    expect(underWay).toBe(4);
    expect(counted()).toEqual({ processed: { '': 0 }, failed: { '': 0 }, errors: [], told: [] });
  });

  it('that are cancelled since another failed have not failed', async () => {
    const error = await thrownBy(() =>
      work(async (item, _index, { signal }) => {
        if (item === 1) throw new RangeError('bad');
        await delay(30_000, undefined, { signal });
      }, options()),
    );
    await nextTurn();
    expect((error as Error).message).toBe('bad');
    expect(counted()).toMatchObject({
      failed: { '': 1 },
      errors: [expect.stringContaining('RangeError')],
      told: ['item RangeError'],
    });
  });

  it('that fail by one error, which several wait for, have all failed', async () => {
    const connection = delay(5).then(() => {
      throw new RangeError('refused');
    });
    const error = await thrownBy(() => work(() => connection, options()));
    await nextTurn();
    expect((error as Error).message).toBe('refused');
    expect(counted()).toMatchObject({
      processed: { '': 4 },
      failed: { '': 4 },
      told: Array(4).fill('item RangeError'),
    });
  });

  it("that throw the signal's reason since another failed have not failed, and see why", async () => {
    const reasons: Error[] = [];
    const error = await thrownBy(() =>
      work(async (item, _index, { signal }) => {
        if (item === 1) {
          await delay(5);
          throw new RangeError('bad');
        }
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        reasons.push(signal.reason);
        signal.throwIfAborted();
      }, options()),
    );
    await nextTurn();
    expect(reasons).toHaveLength(3);
    for (const { name, cause } of reasons) {
      expect(name).toBe('AbortError');
      expect(cause).toBe(error);
    }
    expect(counted()).toMatchObject({ failed: { '': 1 }, told: ['item RangeError'] });
  });

  it('that fail by themselves while the execution is cancelled have failed', async () => {
    const stop = new AbortController();
    await thrownBy(() =>
      work(
        async (item) => {
          if (item === 1) stop.abort();
          throw new TypeError('by itself');
        },
        { ...options(), concurrency: 1, signal: stop.signal },
      ),
    );
    await nextTurn();
    expect(counted()).toMatchObject({ processed: { '': 1 }, failed: { '': 1 } });
  });
});
