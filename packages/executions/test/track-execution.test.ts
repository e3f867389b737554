import { InstrumentError, installRuntime } from '@org/instrument-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ExecutionRun, instrumentedMap, type MapOptions, trackExecution } from '../src/index.ts';
import { type Bed, createBed, deferred, thrownBy } from './support/bed.ts';

let bed: Bed;

beforeEach(() => {
  bed = createBed();
});

describe('an execution', () => {
  it('counts an item once that a hook counts at the end', () => {
    let run: ExecutionRun | undefined;
    const hooks = { onProgress: () => run?.itemDone(), after: () => run?.itemDone() };
    trackExecution('nightly', { ...bed.options, hooks }, (given) => {
      run = given;
      given.itemDone(3);
    });
    run?.itemDone();
    expect(bed.metric('nightly.items.processed')).toEqual({ '': 6 });
    expect(run?.progress().processed).toBe(6);
  });

  it('gives what its work gives, sync or async, and ends with it', async () => {
    expect(trackExecution('nightly', bed.options, () => 7)).toBe(7);
    expect(bed.names().at(-1)).toBe('execution.completed');
    const later = trackExecution('nightly', bed.options, async () => {
      await null;
      return 8;
    });
    expect(bed.payloads('execution.completed')).toHaveLength(1);
    expect(await later).toBe(8);
    expect(bed.payloads('execution.completed')).toHaveLength(2);
    expect(bed.metric('nightly.executions')).toEqual({ 'error_type=none,success=true': 2 });
    expect(bed.metric('nightly.execution.duration')).toEqual({ 'error_type=none,success=true': 2 });
    expect(bed.metric('nightly.executions.active')).toEqual({ '': 0 });
  });

  it('throws what its work throws, the very same', async () => {
    const error = new RangeError('no');
    expect(
      await thrownBy(() =>
        trackExecution('nightly', bed.options, () => {
          throw error;
        }),
      ),
    ).toBe(error);
    expect(await thrownBy(() => trackExecution('nightly', bed.options, () => Promise.reject(error)))).toBe(
      error,
    );
    expect(bed.metric('nightly.executions')).toEqual({ 'error_type=RangeError,success=false': 2 });
    expect(bed.metric('nightly.errors')).toEqual({ 'error_type=RangeError,scope=execution': 2 });
    expect(bed.payloads('execution.failed')[0]).toMatchObject({
      outcome: 'failed',
      errorType: 'RangeError',
      reason: 'no',
    });
  });

  it('lasts until the generator that it gave is through', async () => {
    const numbers = trackExecution('stream', { ...bed.options, items: 3 }, async function* (run) {
      for (let i = 0; i < 3; i++) {
        yield i;
        run.itemDone();
      }
    });
    expect(bed.payloads('execution.completed')).toEqual([]);
    const seen: number[] = [];
    for await (const number of numbers) {
      seen.push(number);
      expect(bed.metric('stream.executions.active')).toEqual({ '': 1 });
    }
    expect(seen).toEqual([0, 1, 2]);
    expect(bed.payloads('execution.completed')[0]).toMatchObject({ processed: 3, total: 3 });
  });

  it('counts its items, with their labels, while it runs and after', async () => {
    const labels = { tenant: 'acme', nothing: undefined };
    await trackExecution('nightly', { ...bed.options, items: 5, labels }, async (run) => {
      run.itemDone();
      run.itemDone(2);
      run.itemFailed(new TypeError('bad'));
      expect(bed.metric('nightly.items.processed')).toEqual({ 'tenant=acme': 4 });
      expect(bed.metric('nightly.items.failed')).toEqual({ 'tenant=acme': 1 });
      expect(bed.metric('nightly.items.remaining')).toEqual({ 'tenant=acme': 1 });
    });
    expect(bed.metric('nightly.items.processed')).toEqual({ 'tenant=acme': 4 });
    expect(bed.metric('nightly.items.remaining')).toEqual({ 'tenant=acme': 0 });
    expect(bed.metric('nightly.errors')).toEqual({ 'error_type=TypeError,scope=item,tenant=acme': 1 });
    expect(bed.payloads('execution.completed')[0]).toMatchObject({
      labels: { tenant: 'acme' },
      processed: 4,
      failed: 1,
      total: 5,
    });
  });

  it('tells labels apart that JSON has no word for', () => {
    for (const limit of [Number.NaN, Number.POSITIVE_INFINITY, Number.NaN]) {
      trackExecution('nightly', { ...bed.options, labels: { limit } }, (run) => run.itemDone());
    }
    expect(bed.metric('nightly.items.processed')).toEqual({ 'limit=NaN': 2, 'limit=Infinity': 1 });
  });

  it('takes options that may be undefined', async () => {
    const unset: MapOptions = {
      ...{ items: undefined, workers: undefined, chunkSize: undefined, labels: undefined, hooks: undefined },
      ...{ signal: undefined, progressInterval: undefined, spans: undefined },
      ...{ name: undefined, concurrency: undefined, stopOnError: undefined },
    };
    expect(await instrumentedMap([1], (x) => x, { ...unset, ...bed.options })).toEqual([1]);
    const { name, concurrency, stopOnError, ...options } = unset;
    expect(
      trackExecution('unset', { ...options, meterProvider: undefined, events: undefined }, () => 7),
    ).toBe(7);
  });

  it('adds up with others of its name and labels, at the same time and one after another', async () => {
    const gates = [deferred(), deferred()];
    const runs = gates.map(({ promise }) =>
      trackExecution('nightly', { ...bed.options, items: 10 }, async (run) => {
        run.itemDone(4);
        run.queueDepth(6);
        await promise;
        run.itemDone(1);
      }),
    );
    expect(bed.metric('nightly.items.processed')).toEqual({ '': 8 });
    expect(bed.metric('nightly.queue.depth')).toEqual({ '': 12 });
    expect(bed.metric('nightly.executions.active')).toEqual({ '': 2 });
    gates[0]?.resolve();
    await runs[0];
    expect(bed.metric('nightly.items.processed')).toEqual({ '': 9 });
    expect(bed.metric('nightly.queue.depth')).toEqual({ '': 6 });
    gates[1]?.resolve();
    await runs[1];
    expect(bed.metric('nightly.items.processed')).toEqual({ '': 10 });
    expect(bed.metric('nightly.queue.depth')).toEqual({ '': 0 });
  });

  it('nests: each counts for itself', () => {
    trackExecution('outer', bed.options, (outer) => {
      trackExecution('inner', bed.options, (inner) => inner.itemDone(2));
      outer.itemDone();
    });
    expect(bed.metric('outer.items.processed')).toEqual({ '': 1 });
    expect(bed.metric('inner.items.processed')).toEqual({ '': 2 });
    const [inner, outer] = bed.payloads('execution.completed');
    expect([inner?.name, outer?.name]).toEqual(['inner', 'outer']);
    expect(inner?.run).not.toBe(outer?.run);
  });

  it('counts items that come after its end, and nothing twice', async () => {
    let late: ExecutionRun | undefined;
    trackExecution('nightly', bed.options, (run) => {
      late = run;
      run.itemDone(3);
    });
    late?.itemDone(2);
    late?.itemFailed(new Error('late'));
    expect(bed.metric('nightly.items.processed')).toEqual({ '': 6 });
    expect(bed.metric('nightly.items.failed')).toEqual({ '': 1 });
    expect(bed.payloads('execution.completed')[0]?.processed).toBe(3);
  });

  it('takes no count that is none', () => {
    trackExecution('nightly', { ...bed.options, items: 2 }, (run) => {
      for (const wrong of [Number.NaN, -1, 1.5, Number.POSITIVE_INFINITY, '2' as never, null as never]) {
        run.itemDone(wrong);
        run.addTotal(wrong === -1 ? Number.NaN : wrong);
      }
      run.itemDone(0);
      run.queueDepth(Number.NaN);
      expect(run.progress()).toMatchObject({ processed: 0, total: 2 });
    });
    expect(bed.metric('nightly.items.processed')).toEqual({ '': 0 });
    expect(bed.metric('nightly.queue.depth')).toEqual({});
  });

  it('keeps its series bounded, whatever is thrown and however many label sets there are', () => {
    trackExecution('nightly', bed.options, (run) => {
      for (let i = 0; i < 80; i++) run.itemFailed(new (class extends Error {})());
      for (let i = 0; i < 80; i++) {
        const named = { [`E${i}`]: class extends Error {} };
        run.itemFailed(new (named[`E${i}`] as typeof Error)());
      }
    });
    expect(Object.keys(bed.metric('nightly.errors')).length).toBeLessThanOrEqual(51);
    expect(bed.metric('nightly.errors')['error_type=other,scope=item']).toBeGreaterThan(0);
    for (let id = 0; id < 2_100; id++) {
      trackExecution('wide', { ...bed.options, labels: { id } }, (run) => run.itemDone());
    }
    const processed = bed.metric('wide.items.processed');
    expect(Object.keys(processed).length).toBe(2_000);
    expect(Object.values(processed).reduce((sum, value) => sum + value, 0)).toBe(2_100);
  });

  it('is refused when it is described wrongly, with all that is wrong', async () => {
    const refused = await thrownBy(() =>
      trackExecution(
        '1 job',
        {
          itms: 3,
          workers: -1,
          chunkSize: 0,
          labels: { success: true, when: new Date() },
          hooks: [{ befor: () => {} }, { after: 'x' }],
          signal: {},
          progressInterval: 'soon',
        } as never,
        () => 1,
      ),
    );
    expect(refused).toBeInstanceOf(InstrumentError);
    expect((refused as InstrumentError).problems.map(({ path }) => path).sort()).toEqual([
      'chunkSize',
      'hooks[0].befor',
      'hooks[1].after',
      'itms',
      'labels.success',
      'labels.when',
      'name',
      'progressInterval',
      'signal',
      'workers',
    ]);
    expect(await thrownBy(() => trackExecution('nightly', undefined as never))).toBeInstanceOf(
      InstrumentError,
    );
  });
});

describe('when telemetry is disabled', () => {
  let restore = (): void => {};
  afterEach(() => restore());

  it('does the work all the same, and records nothing', async () => {
    restore = installRuntime({ disabled: true });
    let told = 0;
    const hooks = { before: () => told++, after: () => told++, onProgress: () => told++ };
    const result = await trackExecution(
      'off',
      { ...bed.options, items: 3, chunkSize: 1, hooks },
      async (run) => {
        run.itemDone(2);
        run.itemFailed(new Error('x'));
        const chunk = run.chunk((chunk) => chunk.index);
        const worker = await run.worker(async ({ id }) => id);
        run.startWorker().end();
        run.cancel();
        return { chunk, worker, progress: run.progress(), aborted: run.signal.aborted };
      },
    );
    expect(result).toMatchObject({ chunk: 0, worker: '0', aborted: true });
    expect(result.progress).toMatchObject({ processed: 3, failed: 1, percentage: 100 });
    expect(told).toBe(0);
    expect(bed.heard).toEqual([]);
    expect(bed.meterProvider.snapshot().filter(({ name }) => name.startsWith('off.'))).toEqual([]);
  });
});
