import { expect, it } from 'vitest';
import { cutOut, keptBy, WHOLE_LENGTH } from '../../core/test/kept-memory.ts';
import { createPipelineRecorder, instrumentPool, trackExecution, type WorkerPool } from '../src/index.ts';
import { createBed as createPipelineBed } from './pipeline/bed.ts';
import { createBed } from './support/bed.ts';

const NAMES = Array.from({ length: 20 }, (_, number) => `cut out of a message ${number}`);

it('classes of errors keep nothing of the longer texts that they were cut out of', async () => {
  const bed = createBed();
  await trackExecution('run', bed.options, async (run) => {
    const kept = await keptBy(() => {
      for (const name of NAMES) run.itemFailed(Object.assign(new Error('x'), { name: cutOut(name) }));
    });
    expect(kept).toBeLessThan(WHOLE_LENGTH);
  });
  expect(bed.metric('run.items.failed')).toEqual({ '': NAMES.length });
});

it('circuits, connections and queues keep nothing of the longer texts that their labels were cut out of', async () => {
  const { recorder, series } = createPipelineBed();
  const kept = await keptBy(() => {
    for (const name of NAMES) {
      const attributes = { site: cutOut(`site of ${name}`) };
      recorder.recordCircuitState({ circuit: cutOut(name), state: 'open' });
      recorder.recordCircuitState({ circuit: cutOut(name), state: 'half-open' });
      recorder.recordQueueDepth({ queue: cutOut(name), depth: 1, attributes });
      recorder.recordConnectionState({ connection: cutOut(name), state: 'connected', attributes });
      recorder.recordQueueDepth({
        queue: 'all',
        depth: 1,
        attributes: { sites: [cutOut(`of ${name}`), 'b'] },
      });
    }
  });
  expect(kept).toBeLessThan(WHOLE_LENGTH);
  const depths = series('ingest.queue.depth').map(({ attributes }) => attributes);
  expect(depths.filter(({ site }) => site !== undefined).map(({ queue }) => queue)).toEqual(NAMES);
  expect(depths.filter(({ queue }) => queue === 'all').map(({ sites }) => sites)).toEqual(
    NAMES.map((name) => [`of ${name}`, 'b']),
  );
});

it('executions, pools and recorders keep nothing of the longer texts that their labels were cut out of', async () => {
  const bed = createBed({ listens: false });
  const kept = await keptBy(() => {
    // Texts that are known already, by the label of another metric or of the same, are cut out anew each time.
    for (const kind of ['first', 'second', 'second']) {
      for (const name of NAMES) {
        const labels = () => ({ tenant: cutOut(name), sites: [cutOut(`of ${name}`)] });
        trackExecution(`run.${kind}`, { ...bed.options, labels: labels() }, () => {});
        const pool: WorkerPool = { run: async () => {}, threads: [], queueSize: 0, utilization: 0.5 };
        instrumentPool(pool, { ...bed.options, name: `pool.${kind}`, labels: labels() });
        createPipelineRecorder(`pipeline.${kind}`, { ...bed.options, labels: { tenant: cutOut(name) } });
      }
    }
  });
  expect(kept).toBeLessThan(WHOLE_LENGTH);
  const tenants = NAMES.map((name) => expect.stringContaining(`tenant=${name}`));
  expect(Object.keys(bed.metric('run.second.items.processed'))).toEqual(tenants);
  expect(Object.keys(bed.metric('pool.second.utilization'))).toEqual(tenants);
});
