import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { MeterProvider as SdkMeterProvider } from '@opentelemetry/sdk-metrics';
import { MeterProvider } from '@org/instrument-core';
import promClient from 'prom-client';
import { atLeast, type Comparison, compare, type Finding } from './measure.ts';
import { startStatsd } from './peers/hot-shots.ts';
import { PullReader } from './peers/pull-reader.ts';

const METHODS = ['GET', 'POST'];
let turn = 0;
/** Three attributes in a fresh object, one of them changing from call to call. */
const labels = (): { method: string; route: string; status: number } => ({
  method: METHODS[turn++ & 1] as string,
  route: '/orders/:id',
  status: 200,
});
/** The same for StatsD, whose tags are text. */
const tags = (): { method: string; route: string; status: string } => ({
  method: METHODS[turn++ & 1] as string,
  route: '/orders/:id',
  status: '200',
});

/** What it costs to record, unbound and bound. */
export async function measureRecording(report: (finding: Finding) => void): Promise<void> {
  // The SDK asks for the active context with every measurement.
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const provider = new MeterProvider({});
  provider.addCollector();
  const ours = provider.getMeter('bench');
  const sdk = new SdkMeterProvider({ readers: [new PullReader()] }).getMeter('bench');
  const statsd = await startStatsd();
  const comparisons = [
    ...counterComparisons(ours, sdk, statsd.client),
    ...histogramComparisons(ours, sdk, statsd.client),
  ];
  for (const comparison of comparisons) report(await compare(comparison));
  await statsd.close();
  context.disable();
}

type Ours = ReturnType<MeterProvider['getMeter']>;
type Sdk = ReturnType<SdkMeterProvider['getMeter']>;
type Statsd = Awaited<ReturnType<typeof startStatsd>>['client'];

const labelNames = ['method', 'route', 'status'];

function counterComparisons(ours: Ours, sdk: Sdk, statsd: Statsd): Comparison[] {
  const name = 'counter add, 3 attributes, fresh object';
  const unit = 'ns';
  const counter = ours.createCounter('counter');
  const bound = counter.bind(labels());
  const sdkCounter = sdk.createCounter('counter');
  const promCounter = new promClient.Counter({ name: 'counter', help: 'counter', labelNames });
  const fixed = labels();
  const add = (): void => counter.add(1, labels());
  return [
    {
      name,
      peer: 'SDK, one reader',
      unit,
      target: atLeast(20),
      ours: add,
      theirs: () => sdkCounter.add(1, labels()),
    },
    {
      name,
      peer: 'prom-client',
      unit,
      target: atLeast(6),
      ours: add,
      theirs: () => promCounter.inc(labels(), 1),
    },
    { name, peer: 'hot-shots', unit, ours: add, theirs: () => statsd.increment('counter', 1, tags()) },
    {
      name: 'bound counter',
      peer: 'SDK, one reader',
      unit,
      target: atLeast(300),
      ours: () => bound.add(1),
      theirs: () => sdkCounter.add(1, fixed),
    },
  ];
}

function histogramComparisons(ours: Ours, sdk: Sdk, statsd: Statsd): Comparison[] {
  const name = 'histogram record, 3 attributes, fresh object';
  const unit = 'ns';
  const histogram = ours.createHistogram('histogram');
  const bound = histogram.bind(labels());
  const sdkHistogram = sdk.createHistogram('histogram');
  const promHistogram = new promClient.Histogram({ name: 'histogram', help: 'histogram', labelNames });
  const fixed = labels();
  let value = 0;
  const next = (): number => (value = (value + 17) & 1023);
  const record = (): void => histogram.record(next(), labels());
  // All magnitudes alike, and more values than a processor learns the branches of.
  const values = Float64Array.from({ length: 2 ** 18 }, () => Math.exp(Math.random() * 10));
  let turnOfValue = 0;
  const unlike = (): number => values[turnOfValue++ & (values.length - 1)] as number;
  return [
    {
      name,
      peer: 'SDK, one reader',
      unit,
      target: atLeast(15),
      ours: record,
      theirs: () => sdkHistogram.record(next(), labels()),
    },
    {
      name,
      peer: 'prom-client',
      unit,
      target: atLeast(7),
      ours: record,
      theirs: () => promHistogram.observe(labels(), next()),
    },
    {
      name,
      peer: 'hot-shots',
      unit,
      ours: record,
      theirs: () => statsd.histogram('histogram', next(), tags()),
    },
    {
      name: 'bound histogram',
      peer: 'SDK, one reader',
      unit,
      target: atLeast(50),
      ours: () => bound.record(next()),
      theirs: () => sdkHistogram.record(next(), fixed),
    },
    {
      name: 'bound histogram, no value like the last',
      peer: 'SDK, one reader',
      unit,
      ours: () => bound.record(unlike()),
      theirs: () => sdkHistogram.record(unlike(), fixed),
    },
  ];
}
