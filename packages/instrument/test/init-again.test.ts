import { trace } from '@opentelemetry/api';
import { afterEach, expect, it } from 'vitest';
import { init, instrumentFunction, type Telemetry, trackExecution } from '../src/index.ts';

let telemetry: Telemetry | undefined;

afterEach(async () => {
  await telemetry?.shutdown();
});

it('what a module has obtained at its top is traced by each init()', async () => {
  const tracer = trace.getTracer('app');
  const place = instrumentFunction(() => trackExecution('nightly', {}, () => {}), { name: 'place' });
  for (let round = 0; round < 3; round++) {
    const ended: string[] = [];
    const processor = {
      onStart: () => {},
      onEnd: ({ name }: { name: string }) => void ended.push(name),
      forceFlush: async () => {},
      shutdown: async () => {},
    };
    telemetry = init({ prometheus: false, logLevel: 'none', traces: { processors: [processor] } });
    await telemetry.ready;
    tracer.startSpan('of the tracer').end();
    place();
    expect(ended).toEqual(['of the tracer', 'nightly', 'place']);
    await telemetry.shutdown();
    tracer.startSpan('of nobody').end();
    place();
    expect(ended).toHaveLength(3);
  }
});
