import { expect, it } from 'vitest';
import { cutOut, keptBy, WHOLE_LENGTH } from '../../core/test/kept-memory.ts';
import { trackExecution } from '../src/index.ts';
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
    }
  });
  expect(kept).toBeLessThan(WHOLE_LENGTH);
  expect(series('ingest.queue.depth').map(({ attributes }) => attributes.queue)).toEqual(NAMES);
});
