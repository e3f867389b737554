import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { trackExecution } from '../src/index.ts';
import { type Bed, createBed, deferred, thrownBy } from './support/bed.ts';

let bed: Bed;

beforeEach(() => {
  bed = createBed();
});

describe('chunks', () => {
  it('come by themselves after each so many items, and what is left is one', () => {
    trackExecution('nightly', { ...bed.options, chunkSize: 3 }, (run) => {
      for (let i = 0; i < 7; i++) run.itemDone();
      run.itemFailed(new Error('x'));
    });
    expect(
      bed.payloads('execution.chunk.completed').map(({ chunk, items, failed }) => [chunk, items, failed]),
    ).toEqual([
      [0, 3, 0],
      [1, 3, 0],
      [2, 2, 1],
    ]);
    expect(bed.metric('nightly.chunks')).toEqual({ 'error_type=none,success=true': 3 });
    expect(bed.metric('nightly.chunk.duration')).toEqual({ 'error_type=none,success=true': 3 });
    expect(bed.payloads('execution.completed')[0]?.chunks).toBe(3);
  });

  it('hold every item once, however they are counted', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ count: fc.nat(50), fails: fc.boolean() })),
        fc.integer({ min: 1, max: 20 }),
        (steps, chunkSize) => {
          const own = createBed();
          let processed = 0;
          let failed = 0;
          trackExecution('nightly', { ...own.options, chunkSize }, (run) => {
            for (const { count, fails } of steps) {
              if (fails) run.itemFailed(new Error('x'));
              else run.itemDone(count);
              processed += fails ? 1 : count;
              failed += fails ? 1 : 0;
            }
          });
          const chunks = own.payloads('execution.chunk.completed');
          expect(chunks.reduce((sum, { items }) => sum + items, 0)).toBe(processed);
          expect(chunks.reduce((sum, chunk) => sum + chunk.failed, 0)).toBe(failed);
          expect(chunks.slice(0, -1).every(({ items }) => items >= chunkSize)).toBe(true);
          expect(own.metric('nightly.items.processed')).toEqual({ '': processed });
        },
      ),
    );
  });

  it('that are marked take their place, give what they give and throw what they throw', async () => {
    const error = new RangeError('no');
    await trackExecution('nightly', { ...bed.options, chunkSize: 2 }, async (run) => {
      expect(run.chunk(({ index }) => index)).toBe(0);
      expect(await run.chunk(async (chunk) => chunk.index)).toBe(1);
      expect(await thrownBy(() => run.chunk(() => Promise.reject(error)))).toBe(error);
      run.itemDone(10);
    });
    expect(bed.metric('nightly.chunks')).toEqual({
      'error_type=none,success=true': 2,
      'error_type=RangeError,success=false': 1,
    });
    expect(bed.payloads('execution.chunk.completed').at(-1)).toMatchObject({
      chunk: 2,
      success: false,
      errorType: 'RangeError',
    });
  });

  it('count what was counted while they were alone, and their own items while they were not', async () => {
    const gate = deferred();
    await trackExecution('nightly', bed.options, async (run) => {
      run.chunk(() => run.itemDone(3));
      const slow = run.chunk(async (chunk) => {
        await gate.promise;
        chunk.itemDone(2);
        run.itemDone(1);
      });
      run.chunk((chunk) => {
        chunk.itemDone();
        chunk.itemFailed(new Error('x'));
        run.itemDone(5);
      });
      gate.resolve();
      await slow;
    });
    expect(
      bed.payloads('execution.chunk.completed').map(({ chunk, items, failed }) => [chunk, items, failed]),
    ).toEqual([
      [0, 3, 0],
      [2, 2, 1],
      [1, 2, 0],
    ]);
    expect(bed.metric('nightly.items.processed')).toEqual({ '': 13 });
  });

  it('that are cancelled have not failed', async () => {
    const abort = new DOMException('stop', 'AbortError');
    await thrownBy(() =>
      trackExecution('nightly', bed.options, (run) => run.chunk(() => Promise.reject(abort))),
    );
    expect(bed.metric('nightly.chunks')).toEqual({ 'error_type=cancelled,success=false': 1 });
    expect(bed.metric('nightly.executions')).toEqual({ 'error_type=cancelled,success=false': 1 });
    expect(bed.metric('nightly.errors')).toEqual({});
  });
});

describe('workers', () => {
  it('are at work from their begin to their end', async () => {
    const gates = [deferred(), deferred()];
    await trackExecution('nightly', { ...bed.options, workers: 2 }, async (run) => {
      const working = gates.map(({ promise }) =>
        run.worker(async (worker) => {
          await promise;
          worker.itemDone(2);
          return worker.id;
        }),
      );
      expect(bed.metric('nightly.workers.active')).toEqual({ '': 2 });
      expect(run.progress().activeWorkers).toBe(2);
      gates[0]?.resolve();
      expect(await working[0]).toBe('0');
      expect(bed.metric('nightly.workers.active')).toEqual({ '': 1 });
      gates[1]?.resolve();
      expect(await working[1]).toBe('1');
    });
    expect(bed.metric('nightly.workers.started')).toEqual({ '': 2 });
    expect(bed.metric('nightly.workers.ended')).toEqual({ 'reason=finished': 2 });
    expect(bed.metric('nightly.workers.active')).toEqual({ '': 0 });
    expect(bed.payloads('execution.started')[0]?.workers).toBe(2);
    expect(bed.payloads('execution.completed')[0]).toMatchObject({ workers: 2, processed: 4 });
  });

  it('that fail say so, and throw it on', async () => {
    const error = new RangeError('no');
    await trackExecution('nightly', bed.options, async (run) => {
      expect(await thrownBy(() => run.worker(() => Promise.reject(error)))).toBe(error);
      run.startWorker('named').end(error);
    });
    expect(
      bed
        .payloads('execution.worker.ended')
        .map(({ worker, reason, errorType }) => [worker, reason, errorType]),
    ).toEqual([
      ['0', 'failed', 'RangeError'],
      ['named', 'failed', 'RangeError'],
    ]);
    expect(bed.metric('nightly.errors')).toEqual({ 'error_type=RangeError,scope=worker': 2 });
  });

  it('that have not ended leave with their execution, and end once', () => {
    trackExecution('nightly', bed.options, (run) => {
      const worker = run.startWorker();
      run.startWorker();
      worker.end();
      worker.end(new Error('again'));
    });
    expect(bed.payloads('execution.worker.ended').map(({ worker, reason }) => [worker, reason])).toEqual([
      ['0', 'finished'],
      ['1', 'left'],
    ]);
    expect(bed.names().slice(-3)).toEqual([
      'execution.worker.ended',
      'execution.progress',
      'execution.completed',
    ]);
  });
});
