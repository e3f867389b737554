import { getEventListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { type ExecutionRun, instrumentedMap, trackExecution } from '../../src/index.ts';
import { onAbort } from '../../src/run/on-abort.ts';
import { type Bed, createBed, deferred, thrownBy } from '../support/bed.ts';

/** Node.js warns of a leak when there are more listeners. */
const MANY = 25;

const listeners = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length;

let bed: Bed;
let stop: AbortController;

beforeEach(() => {
  bed = createBed();
  stop = new AbortController();
});

it('many calls at work heed the signal of one execution without a warning', async () => {
  const warnings: Error[] = [];
  const note = (warning: Error): void => void warnings.push(warning);
  process.on('warning', note);
  const items = Array.from({ length: MANY }, (_, i) => i);
  const work = (_: number, __: number, { signal }: ExecutionRun): Promise<void> =>
    delay(5, undefined, { signal });
  await instrumentedMap(items, work, { ...bed.options, name: 'map', concurrency: MANY });
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', note);
  expect(warnings).toEqual([]);
});

describe('many executions with one signal', () => {
  it('have one listener, without a warning, and leave none behind', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error): void => void warnings.push(warning);
    process.on('warning', note);
    const end = deferred();
    const options = { ...bed.options, signal: stop.signal };
    const runs = Array.from({ length: MANY }, () =>
      trackExecution('nightly', options, async (run) => {
        run.signal.throwIfAborted();
        await end.promise;
      }),
    );
    const maps = Array.from({ length: MANY }, () =>
      instrumentedMap([end.promise], async () => 1, { ...options, name: 'map' }),
    );
    const during = listeners(stop.signal);
    end.resolve();
    await Promise.all([...runs, ...maps]);
    // Warnings are told a tick later.
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', note);
    expect({ warnings, during, after: listeners(stop.signal) }).toEqual({
      warnings: [],
      during: 1,
      after: 0,
    });
  });

  it('are all cancelled by it, for its reason', async () => {
    const work = (run: ExecutionRun): Promise<void> =>
      new Promise((_resolve, reject) => {
        run.signal.addEventListener('abort', () => reject(run.signal.reason));
      });
    const runs = Array.from({ length: MANY }, () =>
      thrownBy(() => trackExecution('nightly', { ...bed.options, signal: stop.signal }, work)),
    );
    const reason = new Error('enough');
    stop.abort(reason);
    expect(await Promise.all(runs)).toEqual(Array.from({ length: MANY }, () => reason));
    expect(bed.payloads('execution.cancelled')).toHaveLength(MANY);
    expect(listeners(stop.signal)).toBe(0);
  });

  it('keep it while one of them goes on, and have it again later', async () => {
    const ends = [deferred(), deferred()] as const;
    const options = { ...bed.options, signal: stop.signal };
    const runs = ends.map((end) =>
      trackExecution('nightly', options, async (run) => {
        run.signal.throwIfAborted();
        await end.promise;
      }),
    );
    ends[0].resolve();
    await runs[0];
    expect(listeners(stop.signal)).toBe(1);
    ends[1].resolve();
    await runs[1];
    expect(listeners(stop.signal)).toBe(0);
    trackExecution('nightly', options, ({ signal }) => {
      expect(listeners(stop.signal)).toBe(1);
      stop.abort('late');
      expect(signal.reason).toBe('late');
    });
    expect(listeners(stop.signal)).toBe(0);
  });
});

describe('onAbort', () => {
  it('calls the others when one throws, and reports that', () => {
    const called: string[] = [];
    onAbort(stop.signal, () => called.push('first'));
    onAbort(stop.signal, () => {
      throw new Error('broken');
    });
    onAbort(stop.signal, () => called.push('last'));
    const before = bed.metric('instrument.faults')['component=executions'] ?? 0;
    stop.abort();
    expect(called).toEqual(['first', 'last']);
    expect(bed.metric('instrument.faults')['component=executions']).toBe(before + 1);
  });

  it('calls nothing that was taken back, be it by one that is called before', () => {
    const called: string[] = [];
    onAbort(stop.signal, () => {
      called.push('first');
      takeBack();
    });
    const takeBack = onAbort(stop.signal, () => called.push('second'));
    const takeBackThird = onAbort(stop.signal, () => called.push('third'));
    takeBackThird();
    takeBackThird();
    stop.abort();
    expect(called).toEqual(['first']);
  });

  it('takes signals of other libraries, which may refuse a listener', () => {
    let fire: (() => void) | undefined;
    let refuses = true;
    const signal = {
      aborted: false,
      addEventListener(_type: string, listener: () => void) {
        if (refuses) throw new Error('no');
        fire = listener;
      },
      removeEventListener() {
        fire = undefined;
      },
    } as unknown as AbortSignal;
    let calls = 0;
    const count = (): void => void calls++;
    expect(() => onAbort(signal, count)).toThrow('no');
    refuses = false;
    onAbort(signal, count);
    fire?.();
    expect(calls).toBe(1);
    const takeBack = onAbort(signal, count);
    takeBack();
    expect(fire).toBeUndefined();
  });
});
