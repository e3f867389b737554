import { fileURLToPath } from 'node:url';
import { InstrumentError, installRuntime } from '@org/instrument-core';
import { Piscina } from 'piscina';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../../../test/support/until.ts';
import { addExecutionHooks, instrumentPool, trackExecution } from '../../src/index.ts';
import { type Bed, createBed, thrownBy } from '../support/bed.ts';

const filename = fileURLToPath(new URL('./fixtures/task.cjs', import.meta.url));
const pools: Piscina[] = [];
let bed: Bed;

beforeEach(() => {
  bed = createBed();
});

afterEach(async () => {
  for (const pool of pools.splice(0)) await pool.destroy();
});

function createPool(options: ConstructorParameters<typeof Piscina>[0] = {}): Piscina {
  const pool = new Piscina({ filename, minThreads: 1, maxThreads: 2, ...options });
  pools.push(pool);
  return pool;
}

/** What keeps tasks from ending until it is opened. */
function createGate(): { readonly buffer: SharedArrayBuffer; open(): void } {
  const buffer = new SharedArrayBuffer(4);
  return { buffer, open: () => void Atomics.store(new Int32Array(buffer), 0, 1) };
}

describe('a pool', () => {
  it('counts and times its tasks, and gives what they give', async () => {
    const pool = createPool();
    instrumentPool(pool, { name: 'pool', labels: { kind: 'hash' }, ...bed.options });
    expect(await Promise.all([1, 2, 3].map((value) => pool.run({ value })))).toEqual([1, 2, 3]);
    expect(bed.metric('pool.items.processed')).toEqual({ 'kind=hash': 3 });
    expect(bed.metric('pool.tasks')).toEqual({ 'error_type=none,kind=hash,success=true': 3 });
    expect(bed.metric('pool.task.duration')).toEqual({ 'error_type=none,kind=hash,success=true': 3 });
    expect(Object.keys(bed.metric('pool.task.run.time'))).toEqual([
      'kind=hash,quantile=0.5',
      'kind=hash,quantile=0.9',
      'kind=hash,quantile=0.99',
    ]);
    expect(Object.keys(bed.metric('pool.task.wait.time'))).toHaveLength(3);
    expect(bed.metric('pool.utilization')['kind=hash']).toBeGreaterThan(0);
    expect(bed.metric('pool.throughput')['kind=hash']).toBeGreaterThan(0);
  });

  it('shows its queue, and who is at work', async () => {
    const pool = createPool({ minThreads: 2 });
    instrumentPool(pool, { name: 'pool', ...bed.options });
    await until('its threads are ready', () => pool.idleThreads === 2);
    expect(bed.metric('pool.workers.active')).toEqual({ '': 0 });
    const gate = createGate();
    const tasks = Array.from({ length: 5 }, () => pool.run({ gate: gate.buffer }));
    expect(bed.metric('pool.queue.depth')).toEqual({ '': 3 });
    expect(bed.metric('pool.workers.active')).toEqual({ '': 2 });
    expect(bed.metric('pool.workers.idle')).toEqual({ '': 0 });
    gate.open();
    await Promise.all(tasks);
    expect(bed.metric('pool.queue.depth')).toEqual({ '': 0 });
    expect(bed.metric('pool.workers.active')).toEqual({ '': 0 });
    expect(bed.metric('pool.workers.idle')).toEqual({ '': 2 });
  });

  it('counts what fails by its class, and throws it on', async () => {
    const failures: string[] = [];
    const pool = createPool();
    instrumentPool(pool, {
      name: 'pool',
      hooks: { onError: ({ scope, errorType }) => failures.push(`${scope} ${errorType}`) },
      ...bed.options,
    });
    expect(await thrownBy(() => pool.run({ fail: true }))).toMatchObject({ message: 'bad task' });
    expect(bed.metric('pool.items.failed')).toEqual({ '': 1 });
    expect(bed.metric('pool.errors')).toEqual({ 'error_type=TypeError,scope=item': 1 });
    expect(failures).toEqual(['item TypeError']);
  });

  it('tells an aborted task from a failed one, and its worker from one that crashed', async () => {
    const pool = createPool();
    instrumentPool(pool, { name: 'pool', ...bed.options });
    const stop = new AbortController();
    const gate = createGate();
    const task = thrownBy(() => pool.run({ gate: gate.buffer }, { signal: stop.signal }));
    await until('it runs', () => bed.metric('pool.workers.active')[''] === 1);
    stop.abort();
    expect(await task).toMatchObject({ name: 'AbortError' });
    await until('its worker has ended', () => bed.payloads('execution.worker.ended').length === 1);
    expect(bed.payloads('execution.worker.ended')[0]).toMatchObject({
      reason: 'terminated',
      errorType: 'none',
    });
    expect(bed.metric('pool.tasks')).toEqual({ 'error_type=cancelled,success=false': 1 });
    expect(bed.metric('pool.items.processed')).toEqual({ '': 0 });
    expect(bed.metric('pool.errors')).toEqual({});
  });

  it.each([
    ['crashes', { crash: true }, { reason: 'failed', errorType: 'RangeError', exitCode: 1 }],
    ['exits', { exit: 1 }, { reason: 'exited', errorType: 'WorkerExit', exitCode: 1 }],
  ])('says of a worker that %s why it ended, and sees the one that takes its place', async (_, task, end) => {
    const pool = createPool();
    instrumentPool(pool, { name: 'pool', ...bed.options });
    await thrownBy(() => pool.run(task));
    await until('its worker has ended', () => bed.payloads('execution.worker.ended').length === 1);
    expect(bed.payloads('execution.worker.ended')[0]).toMatchObject(end);
    expect(bed.metric('pool.workers.ended')).toEqual({ [`reason=${end.reason}`]: 1 });
    expect(await pool.run({ value: 'again' })).toBe('again');
    // The pool may have begun another for the task, and ended it when it had nothing to do.
    const sum = (metric: string) => Object.values(bed.metric(metric)).reduce((all, one) => all + one, 0);
    await until(
      'all are known',
      () => sum('pool.workers.started') === sum('pool.workers.ended') + pool.threads.length,
    );
    expect(sum('pool.workers.started')).toBeGreaterThanOrEqual(2);
    expect(bed.metric('pool.errors')[`error_type=${end.errorType},scope=worker`]).toBe(1);
  });

  it('hears of workers that come and go, each once', async () => {
    const pool = createPool({ minThreads: 1, maxThreads: 3, idleTimeout: 1 });
    instrumentPool(pool, { name: 'pool', ...bed.options });
    await Promise.all(Array.from({ length: 6 }, () => pool.run({ millis: 20 })));
    await until('idle workers are gone', () => pool.threads.length === 1);
    await until('that is known', () => bed.payloads('execution.worker.ended').length === 2);
    expect(bed.metric('pool.workers.started')).toEqual({ '': 3 });
    const started = bed.payloads('execution.worker.started');
    expect(new Set(started.map(({ worker }) => worker)).size).toBe(3);
    expect(new Set(bed.heard.map(({ payload }) => payload.run)).size).toBe(1);
  });

  it('works for an execution: its workers and its queue are shown there too', async () => {
    const told: string[] = [];
    const remove = addExecutionHooks({
      onWorkerStart: ({ name }) => told.push(`${name} started`),
      onWorkerEnd: ({ name, reason }) => told.push(`${name} ${reason}`),
    });
    const pool = createPool({ minThreads: 2 });
    const gate = createGate();
    await trackExecution('batch', { ...bed.options, labels: { tenant: 'acme' } }, async (run) => {
      instrumentPool(pool, { execution: run });
      await until('its threads are ready', () => pool.idleThreads === 2);
      const tasks = Array.from({ length: 5 }, () => pool.run({ gate: gate.buffer }));
      expect(bed.metric('batch.workers.active')).toEqual({ 'tenant=acme': 2 });
      expect(bed.metric('batch.queue.depth')).toEqual({ 'tenant=acme': 3 });
      expect(bed.metric('batch.pool.queue.depth')).toEqual({ 'tenant=acme': 3 });
      expect(run.progress().activeWorkers).toBe(2);
      gate.open();
      await Promise.all(tasks);
      await pool.close();
    });
    remove();
    expect(told.filter((text) => text === 'batch started')).toHaveLength(2);
    expect(told.filter((text) => text === 'batch.pool started')).toHaveLength(2);
    // It was closed, and with that let go.
    instrumentPool(pool, { name: 'again', ...bed.options }).detach();
    expect(bed.metric('batch.workers.active')).toEqual({ 'tenant=acme': 0 });
    expect(bed.metric('batch.pool.items.processed')).toEqual({ 'tenant=acme': 5 });
    expect(bed.metric('batch.items.processed')).toEqual({ 'tenant=acme': 0 });
  });

  it('counts the tasks that were under way when it was detached', async () => {
    const pool = createPool();
    const gate = createGate();
    const handle = instrumentPool(pool, { name: 'pool', ...bed.options });
    await pool.run({});
    const tasks = [pool.run({ gate: gate.buffer }), pool.run({ gate: gate.buffer, fail: true })];
    handle.detach();
    gate.open();
    await Promise.allSettled(tasks);
    expect(bed.metric('pool.items.processed')).toEqual({ '': 3 });
    expect(bed.metric('pool.items.failed')).toEqual({ '': 1 });
    expect(bed.metric('pool.tasks')).toMatchObject({ 'error_type=none,success=true': 2 });
  });

  it('is as it was once it is detached', async () => {
    const pool = createPool();
    const { run } = pool;
    const { terminate } = pool.threads[0]!;
    const listeners = () => [pool.listenerCount('workerCreate'), pool.listenerCount('close')];
    const before = listeners();
    const handle = instrumentPool(pool, { name: 'pool', ...bed.options });
    expect(pool.run).not.toBe(run);
    await pool.run({});
    handle.detach();
    handle.detach();
    expect(pool.run).toBe(run);
    expect(Object.hasOwn(pool, 'run')).toBe(false);
    expect(pool.threads[0]?.terminate).toBe(terminate);
    expect(listeners()).toEqual(before);
    await pool.run({});
    expect(bed.metric('pool.items.processed')).toEqual({ '': 1 });
    expect(bed.metric('pool.workers.idle')).toEqual({ '': 0 });
    expect(bed.metric('pool.utilization')).toEqual({});
    expect(bed.metric('pool.workers.ended')).toEqual({ 'reason=left': 1 });
    instrumentPool(pool, { name: 'pool', ...bed.options }).detach();
  });

  it('is let go when it is destroyed, with tasks under way', async () => {
    const pool = createPool({ minThreads: 2 });
    const { destroy } = pool;
    instrumentPool(pool, { name: 'pool', ...bed.options });
    const task = thrownBy(() => pool.run({ gate: createGate().buffer }));
    await pool.destroy();
    expect(await task).toMatchObject({ message: 'Terminating worker thread' });
    await until('it is let go', () => !Object.hasOwn(pool, 'run'));
    expect(pool.destroy).toBe(destroy);
    expect(bed.metric('pool.workers.ended')).toEqual({ 'reason=terminated': 2 });
    expect(bed.metric('pool.items.failed')).toEqual({ '': 1 });
    expect(bed.metric('pool.workers.active')).toEqual({ '': 0 });
    expect(bed.metric('pool.utilization')).toEqual({});
  });

  it('adds up with another of its name', async () => {
    const pools = [createPool({ minThreads: 2 }), createPool()];
    for (const pool of pools) instrumentPool(pool, { name: 'pool', ...bed.options });
    await until('all threads are ready', () => pools[0]?.idleThreads === 2 && pools[1]?.idleThreads === 1);
    expect(bed.metric('pool.workers.idle')).toEqual({ '': 3 });
    await Promise.all(pools.map((pool) => pool.run({})));
    expect(bed.metric('pool.items.processed')).toEqual({ '': 2 });
  });

  it('that does not time its tasks says nothing of how much it is utilized', async () => {
    const pool = createPool({ recordTiming: false });
    instrumentPool(pool, { name: 'pool', ...bed.options });
    await pool.run({});
    expect(bed.metric('pool.utilization')).toEqual({});
    expect(bed.metric('pool.task.run.time')).toEqual({});
    expect(bed.metric('pool.items.processed')).toEqual({ '': 1 });
  });

  it('leaves a rejection that nobody handles unhandled', async () => {
    const unhandled: unknown[] = [];
    const listeners = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection');
    process.on('unhandledRejection', (reason) => void unhandled.push(reason));
    try {
      const pool = createPool();
      instrumentPool(pool, { name: 'pool', ...bed.options });
      void pool.run({ fail: true });
      await until('it is reported', () => unhandled.length > 0);
      expect(unhandled).toMatchObject([{ message: 'bad task' }]);
    } finally {
      process.removeAllListeners('unhandledRejection');
      for (const listener of listeners) process.on('unhandledRejection', listener);
    }
  });

  it('is left alone when telemetry is disabled, and refused when it is none', async () => {
    const pool = createPool();
    const { run } = pool;
    const restore = installRuntime({ disabled: true });
    instrumentPool(pool, { name: 'pool', ...bed.options }).detach();
    restore();
    expect(pool.run).toBe(run);
    instrumentPool(pool, { name: 'pool', ...bed.options });
    for (const wrong of [
      () => instrumentPool(pool, { name: 'pool' }),
      () => instrumentPool({} as never, { name: 'pool' }),
      () => instrumentPool(createPool()),
      () => instrumentPool(createPool(), { name: 'pool', executions: 1 } as never),
      () =>
        trackExecution('batch', bed.options, (execution) =>
          instrumentPool(createPool(), { execution, name: 'batch' }),
        ),
    ]) {
      expect(await thrownBy(wrong)).toBeInstanceOf(InstrumentError);
    }
  });

  it('of another kind, without what only Piscina has, is measured as far as it goes', async () => {
    const inner = createPool();
    const pool = {
      get threads() {
        return inner.threads;
      },
      get queueSize() {
        return inner.queueSize;
      },
      run: (task: unknown) => inner.run(task),
    };
    const handle = instrumentPool(pool as never, { name: 'tiny', ...bed.options });
    const gate = createGate();
    const tasks = [1, 2, 3].map((value) => pool.run({ gate: gate.buffer, value }));
    await until('one waits', () => bed.metric('tiny.queue.depth')[''] === 1);
    expect(bed.metric('tiny.workers.active')).toEqual({ '': 2 });
    gate.open();
    expect(await Promise.all(tasks)).toEqual([1, 2, 3]);
    expect(bed.metric('tiny.workers.started')).toEqual({ '': 2 });
    expect(bed.metric('tiny.items.processed')).toEqual({ '': 3 });
    handle[Symbol.dispose]();
  });
});
