import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { InstrumentError } from '@org/instrument-core';
import { build } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../../../test/support/until.ts';
import { trackExecution, trackWorker } from '../../src/index.ts';
import { type Bed, createBed, thrownBy } from '../support/bed.ts';

const script = new URL('./fixtures/worker.mjs', import.meta.url);
const workers: Worker[] = [];
let bed: Bed;

beforeEach(() => {
  bed = createBed();
});

afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.terminate();
});

function start(workerData: object = {}): Worker {
  const worker = new Worker(script, { workerData });
  workers.push(worker);
  return worker;
}

describe('a worker', () => {
  it.each([
    ['is through', 'finish', { reason: 'finished', exitCode: 0, errorType: 'none', error: undefined }],
    [
      'crashes',
      'crash',
      {
        reason: 'failed',
        exitCode: 1,
        errorType: 'RangeError',
        error: { type: 'RangeError', message: expect.any(String) },
      },
    ],
    [
      'exits',
      'exit',
      {
        reason: 'exited',
        exitCode: 3,
        errorType: 'WorkerExit',
        error: { type: 'WorkerExit', message: expect.stringContaining('code 3') },
      },
    ],
    ['is terminated', 'wait', { reason: 'terminated', exitCode: 1, errorType: 'none' }],
  ])('that %s is known to have ended so', async (_, next, end) => {
    const worker = start({ next });
    const id = String(worker.threadId);
    worker.on('error', () => {});
    trackWorker(worker, { name: 'worker', ...bed.options });
    expect(bed.metric('worker.workers.active')).toEqual({ '': 1 });
    await once(worker, 'online').catch(() => {});
    if (next === 'wait') void worker.terminate();
    await until('it has ended', () => bed.payloads('execution.worker.ended').length === 1);
    expect(bed.payloads('execution.worker.ended')[0]).toMatchObject({ worker: id, running: 0, ...end });
    expect(bed.metric('worker.workers.active')).toEqual({ '': 0 });
    expect(bed.metric('worker.workers.ended')).toEqual({ [`reason=${end.reason}`]: 1 });
    const errors = end.errorType === 'none' ? {} : { [`error_type=${end.errorType},scope=worker`]: 1 };
    expect(bed.metric('worker.errors')).toEqual(errors);
    expect(Object.hasOwn(worker, 'terminate')).toBe(false);
  });

  it('has its messages counted as items', async () => {
    trackWorker(start({ messages: 4 }), { name: 'all', items: true, ...bed.options });
    trackWorker(start({ messages: 4 }), {
      name: 'some',
      items: (message: { items: number }) => message.items,
      ...bed.options,
    });
    trackWorker(start({ messages: 4 }), { name: 'none', ...bed.options });
    const hostile = () => {
      throw new Error('hostile');
    };
    trackWorker(start({ messages: 4 }), { name: 'hostile', items: hostile, ...bed.options });
    await until('all have ended', () => bed.payloads('execution.worker.ended').length === 4);
    const processed = ['all', 'some', 'none', 'hostile'].map(
      (name) => bed.metric(`${name}.items.processed`)[''],
    );
    expect(processed).toEqual([4, 6, 0, 0]);
  });

  it('can belong to an execution', async () => {
    await trackExecution('batch', bed.options, async (run) => {
      const worker = start({ messages: 3 });
      trackWorker(worker, { execution: run, items: true, id: 'first' });
      expect(run.progress().activeWorkers).toBe(1);
      await once(worker, 'exit');
      expect(run.progress()).toMatchObject({ processed: 3, activeWorkers: 0 });
    });
    expect(bed.payloads('execution.worker.started')[0]).toMatchObject({ name: 'batch', worker: 'first' });
    expect(bed.payloads('execution.completed')[0]).toMatchObject({ processed: 3, workers: 1 });
    expect(bed.metric('batch.worker.workers.active')).toEqual({});
  });

  it('that outlives its execution has left it', async () => {
    const worker = start({ next: 'wait' });
    trackExecution('batch', bed.options, (run) => void trackWorker(worker, { execution: run }));
    expect(bed.payloads('execution.worker.ended')[0]).toMatchObject({ reason: 'left' });
    await worker.terminate();
    expect(bed.metric('batch.workers.ended')).toEqual({ 'reason=left': 1 });
  });

  it('is as it was once it is detached', async () => {
    const worker = start({ next: 'wait', messages: 2 });
    const names = ['error', 'exit', 'message'];
    const before = names.map((name) => worker.listenerCount(name));
    const handle = trackWorker(worker, { name: 'worker', items: true, ...bed.options });
    handle.detach();
    handle.detach();
    expect(names.map((name) => worker.listenerCount(name))).toEqual(before);
    expect(Object.hasOwn(worker, 'terminate')).toBe(false);
    expect(bed.metric('worker.workers.ended')).toEqual({ 'reason=left': 1 });
  });

  it('that has exited already is not waited for', async () => {
    const worker = start();
    await once(worker, 'exit');
    trackWorker(worker, { name: 'worker', ...bed.options });
    expect(bed.heard).toEqual([]);
    expect(bed.metric('worker.workers.active')).toEqual({});
  });

  it('is refused when it is none', async () => {
    const error = await thrownBy(() => trackWorker({} as never, { items: 3, idd: 'x' } as never));
    expect(error).toBeInstanceOf(InstrumentError);
    expect((error as InstrumentError).problems.map(({ path }) => path).sort()).toEqual([
      'idd',
      'items',
      'name',
      'worker',
    ]);
  });
});

describe('a process', () => {
  let directory: string;

  beforeEach(async () => {
    directory = mkdtempSync(join(realpathSync(tmpdir()), 'executions-'));
    await build({
      entryPoints: [join(import.meta.dirname, '..', '..', 'src', 'index.ts')],
      outfile: join(directory, 'executions.mjs'),
      bundle: true,
      format: 'esm',
      platform: 'node',
      conditions: ['@org/source'],
      banner: {
        js: "import { createRequire as requireFor } from 'node:module'; const require = requireFor(import.meta.url);",
      },
    });
  });

  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  function run(body: string): ReturnType<typeof spawnSync> {
    const path = join(directory, 'main.mjs');
    const imports = `import { trackExecution, trackWorker } from './executions.mjs';\nimport { Worker } from 'node:worker_threads';\n`;
    writeFileSync(path, imports + body);
    return spawnSync(process.execPath, [path], { encoding: 'utf8', timeout: 20_000 });
  }

  it('still ends over an error of a worker that nobody handles', () => {
    const { status, stderr } = run(
      `trackWorker(new Worker('throw new RangeError("unhandled")', { eval: true }), { name: 'worker' });`,
    );
    expect(stderr).toContain('RangeError: unhandled');
    expect(status).toBe(1);
  });

  it('is not kept alive by an execution that never ends', () => {
    const { status, stdout } = run(
      `trackExecution('endless', { progressInterval: 20 }, () => new Promise(() => {})); console.log('done');`,
    );
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'done\n' });
  });
});
