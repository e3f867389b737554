import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { MetricReader, MeterProvider as SdkMeterProvider } from '@opentelemetry/sdk-metrics';
import { MeterProvider } from '@org/instrument-core';
import { instrumentFunction } from '@org/instrument-decorators';
import promClient from 'prom-client';
import type { Comparison } from './measure.ts';

class PullReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

const METHODS = ['GET', 'POST'];
let turn = 0;
/** Three attributes in a fresh object, one of them changing from call to call. */
const labels = (): { method: string; route: string; status: number } => ({
  method: METHODS[turn++ & 1] as string,
  route: '/orders/:id',
  status: 200,
});

/** What it costs to record, unbound, bound and through an instrumented function. */
export function recordComparisons(): Comparison[] {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const ours = new MeterProvider({}).getMeter('bench');
  const sdk = new SdkMeterProvider({ readers: [new PullReader()] }).getMeter('bench');
  const labelNames = ['method', 'route', 'status'];
  const counter = ours.createCounter('counter');
  const sdkCounter = sdk.createCounter('counter');
  const promCounter = new promClient.Counter({ name: 'counter', help: 'counter', labelNames });
  const histogram = ours.createHistogram('histogram');
  const sdkHistogram = sdk.createHistogram('histogram');
  const promHistogram = new promClient.Histogram({ name: 'histogram', help: 'histogram', labelNames });
  const boundCounter = counter.bind(labels());
  const boundHistogram = histogram.bind(labels());
  const fixed = labels();
  const byHand = handWritten(sdk);
  let value = 0;
  const next = (): number => (value = (value + 17) & 1023);
  return [
    {
      name: 'counter add, 3 attributes, fresh object',
      peer: 'SDK, one reader',
      unit: 'ns',
      target: 20,
      ours: () => counter.add(1, labels()),
      theirs: () => sdkCounter.add(1, labels()),
    },
    {
      name: 'counter add, 3 attributes, fresh object',
      peer: 'prom-client',
      unit: 'ns',
      target: 6,
      ours: () => counter.add(1, labels()),
      theirs: () => promCounter.inc(labels(), 1),
    },
    {
      name: 'histogram record, 3 attributes, fresh object',
      peer: 'SDK, one reader',
      unit: 'ns',
      target: 15,
      ours: () => histogram.record(next(), labels()),
      theirs: () => sdkHistogram.record(next(), labels()),
    },
    {
      name: 'histogram record, 3 attributes, fresh object',
      peer: 'prom-client',
      unit: 'ns',
      target: 7,
      ours: () => histogram.record(next(), labels()),
      theirs: () => promHistogram.observe(labels(), next()),
    },
    {
      name: 'bound counter',
      peer: 'SDK, one reader',
      unit: 'ns',
      target: 300,
      ours: () => boundCounter.add(1),
      theirs: () => sdkCounter.add(1, fixed),
    },
    {
      name: 'bound histogram',
      peer: 'SDK, one reader',
      unit: 'ns',
      target: 50,
      ours: () => boundHistogram.record(next()),
      theirs: () => sdkHistogram.record(next(), fixed),
    },
    {
      name: 'instrumented sync no-op, metrics only',
      peer: 'hand-written on the SDK',
      unit: 'ns',
      ours: instrumentFunction(() => value, { name: 'bench.sync' }),
      theirs: byHand.sync,
    },
    {
      name: 'instrumented async no-op, metrics only',
      peer: 'hand-written on the SDK',
      unit: 'ns',
      ours: instrumentFunction(async () => value, { name: 'bench.async' }),
      theirs: byHand.async,
    },
  ];
}

/** What a careful engineer writes without a library: a counter, a histogram and an up-down counter around the call. */
function handWritten(meter: ReturnType<SdkMeterProvider['getMeter']>): {
  sync: () => number;
  async: () => Promise<number>;
} {
  const calls = meter.createCounter('hand.calls');
  const active = meter.createUpDownCounter('hand.active');
  const duration = meter.createHistogram('hand.duration', { unit: 's' });
  const end = (start: number, success: boolean, errorType: string): void => {
    const attributes = { function: 'hand', success, error_type: errorType };
    active.add(-1, { function: 'hand' });
    calls.add(1, attributes);
    duration.record((performance.now() - start) / 1_000, attributes);
  };
  const begin = (): number => {
    active.add(1, { function: 'hand' });
    return performance.now();
  };
  return {
    sync: () => {
      const start = begin();
      try {
        const result = 1;
        end(start, true, 'none');
        return result;
      } catch (error) {
        end(start, false, (error as Error).name);
        throw error;
      }
    },
    async: async () => {
      const start = begin();
      try {
        const result = await Promise.resolve(1);
        end(start, true, 'none');
        return result;
      } catch (error) {
        end(start, false, (error as Error).name);
        throw error;
      }
    },
  };
}
