import { resourceFromAttributes } from '@opentelemetry/resources';
import { type CollectedMetric, MeterProvider } from '@org/instrument-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { metricDataOf, resourceMetricsOf } from '../../../otel/src/metric-producer.ts';
import { lazyMetricData, sourceOf } from '../../../otel/src/otlp-metrics/lazy-metric-data.ts';
import { Encoder } from '../../src/encode/encoder.ts';
import { createStatsdExporter } from '../../src/index.ts';
import { resolveSettings } from '../../src/settings.ts';
import { packetsOf } from '../support/encode.ts';

const KINDS = ['Counter', 'UpDownCounter', 'Histogram', 'Gauge'] as const;
const recording = fc.record({
  kind: fc.constantFrom(...KINDS),
  attributes: fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('1', '2', '3'), { maxKeys: 3 }),
  value: fc.oneof(fc.integer({ min: 0, max: 20_000 }), fc.double({ min: 0, max: 1e6, noNaN: true })),
});
const resource = resourceFromAttributes({});
const resourceless = createStatsdExporter();

/** The same recordings read in place, and from points as any SDK gives them. */
describe('metrics of ours, read in place', () => {
  it('become the lines that their points become, interval by interval', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(recording, { maxLength: 30 }), { maxLength: 4 }),
        fc.boolean(),
        async (intervals, isExponential) => {
          const provider = new MeterProvider();
          const collectors = [0, 1].map(() =>
            provider.addCollector({
              temporality: (type) =>
                resourceless.selectAggregationTemporality(type) === 0 ? 'delta' : 'cumulative',
              aggregation: (type) =>
                isExponential && type === 'HISTOGRAM' ? { type: 'exponential_histogram' } : undefined,
            }),
          );
          const meter = provider.getMeter('test');
          const instruments = {
            Counter: meter.createCounter('counter'),
            UpDownCounter: meter.createUpDownCounter('level'),
            Histogram: meter.createHistogram('histogram', { unit: 's' }),
            Gauge: meter.createGauge('gauge'),
          };
          const { form } = resolveSettings({ histograms: 'both', dialect: 'influx' }, {});
          const inPlace = new Encoder(form, sourceMetric);
          const fromPoints = new Encoder(form);
          for (const interval of intervals) {
            for (const { kind, value, attributes } of interval) {
              const instrument = instruments[kind];
              if ('add' in instrument) instrument.add(value, attributes);
              else instrument.record(value, attributes);
            }
            const [one, other] = await Promise.all(collectors.map((collector) => collector.collect()));
            const own = (text: string[]) =>
              text.flatMap((packet) => packet.split('\n')).filter((line) => !line.startsWith('instrument.'));
            const lazily = inPlace.encode(resourceMetricsOf(one!, resource, lazyMetricData), 0);
            const plainly = fromPoints.encode(resourceMetricsOf(other!, resource, metricDataOf), 0);
            expect(own(packetsOf(lazily)).sort()).toEqual(own(packetsOf(plainly)).sort());
          }
        },
      ),
      { numRuns: 100 },
    );
  });
});

function sourceMetric(metric: never): CollectedMetric | undefined {
  return sourceOf(metric)?.metric;
}
