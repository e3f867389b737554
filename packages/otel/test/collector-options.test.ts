import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  AggregationType,
  InMemoryMetricExporter,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { MeterProvider } from '@org/instrument-core';
import { expect, it } from 'vitest';
import { collectorOptionsOf, createMetricProducer } from '../src/index.ts';

/** What a reader of the SDK exports of a counter and a histogram, by three flushes. */
async function exported(exporter: InMemoryMetricExporter): Promise<unknown[]> {
  const provider = new MeterProvider({});
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const collector = provider.addCollector(collectorOptionsOf(exporter));
  reader.setMetricProducer(createMetricProducer(collector, resourceFromAttributes({})));
  const meter = provider.getMeter('test');
  const [orders, sizes] = [meter.createCounter('orders'), meter.createHistogram('sizes')];
  for (let i = 0; i < 3; i++) {
    orders.add(1);
    sizes.record(3);
    await reader.forceFlush();
  }
  const metrics = exporter
    .getMetrics()
    .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics));
  await reader.shutdown();
  return metrics
    .filter(({ descriptor: { name } }) => ['orders', 'sizes'].includes(name))
    .map(({ descriptor, aggregationTemporality, dataPoints }) => {
      const value = dataPoints[0]?.value;
      const shown = typeof value === 'number' ? value : Object.keys(Object(value)).sort().join(' ');
      return [descriptor.name, aggregationTemporality, shown];
    });
}

it.each([
  ['differences', AggregationTemporality.DELTA, [1, 1, 1]],
  ['totals', AggregationTemporality.CUMULATIVE, [1, 2, 3]],
])('a reader of the SDK whose exporter asks for %s is given them', async (_, temporality, values) => {
  const seen = await exported(new InMemoryMetricExporter(temporality));
  const orders = seen.filter((each) => (each as unknown[])[0] === 'orders');
  expect(orders).toEqual(values.map((value) => ['orders', temporality, value]));
});

it('a reader of the SDK whose exporter asks for exponential histograms is given them', async () => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const options = Object.assign(exporter, {
    selectAggregation: () => ({ type: AggregationType.EXPONENTIAL_HISTOGRAM }),
  });
  const seen = await exported(options);
  expect(seen.find((each) => (each as unknown[])[0] === 'sizes')).toEqual([
    'sizes',
    AggregationTemporality.CUMULATIVE,
    expect.stringContaining('scale'),
  ]);
});
