import { ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer';
import { MeterProvider } from '@org/instrument-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMetricsSerializer } from '../../src/otlp-metrics/serializer.ts';
import { resource, sdkResourceMetrics, twoCollections } from './arbitraries.ts';
import { bothForms } from './points-metric.ts';

function hex(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? []).toString('hex');
}

describe("the bytes are those of the SDK's serializer", () => {
  it('for metrics read in place, with attributes kept from one request to the next', async () => {
    await fc.assert(
      fc.asyncProperty(twoCollections, resource, async (collections, itsResource) => {
        const serializer = createMetricsSerializer();
        for (const collection of collections) {
          const { eager, lazy } = await bothForms(collection, itsResource);
          expect(hex(serializer.serializeRequest(lazy))).toBe(
            hex(ProtobufMetricsSerializer.serializeRequest(eager)),
          );
        }
      }),
      { numRuns: 1_500 },
    );
  });

  it('for metrics that somebody else has made', () => {
    const serializer = createMetricsSerializer();
    fc.assert(
      fc.property(sdkResourceMetrics, (resourceMetrics) => {
        expect(hex(serializer.serializeRequest(resourceMetrics))).toBe(
          hex(ProtobufMetricsSerializer.serializeRequest(resourceMetrics)),
        );
      }),
      { numRuns: 1_500 },
    );
  });

  it.each(['cumulative', 'delta'] as const)(
    'for our own meters, %s, while series are added and values change',
    async (temporality) => {
      const provider = new MeterProvider({
        views: [
          { instrumentName: 'size', aggregation: { type: 'exponential_histogram' } },
          { instrumentName: 'wait', aggregation: { type: 'explicit_bucket_histogram' } },
        ],
      });
      const collector = provider.addCollector({ temporality: () => temporality });
      const meter = provider.getMeter('shop', '1', { schemaUrl: 'https://example.org/schema' });
      const other = provider.getMeter('other');
      const counter = meter.createCounter('orders', { unit: '{order}', description: 'Orders placed' });
      const level = other.createUpDownCounter('level');
      const gauge = other.createGauge('temperature');
      const histograms = ['latency', 'size'].map((name) => meter.createHistogram(name, { unit: 's' }));
      const signed = meter.createUpDownCounter('wait');
      meter.createObservableGauge('queue').addCallback((result) => result.observe(7, { name: 'a' }));
      const serializer = createMetricsSerializer();
      for (let round = 0; round < 5; round++) {
        for (let i = 0; i < round * 40; i++) {
          counter.add(i, { plan: `plan ${i}`, paid: i % 2 === 0, tags: ['a', 'é'], weight: i / 8 });
          level.add(-i, { queue: i % 5 });
          gauge.record(i / 3);
          signed.add(i - 20, { side: 'left' });
          for (const histogram of histograms) histogram.record(i * 1.5, { route: `/${i % (round * 10)}` });
        }
        const { eager, lazy } = await bothForms(await collector.collect());
        expect(hex(serializer.serializeRequest(lazy))).toBe(
          hex(ProtobufMetricsSerializer.serializeRequest(eager)),
        );
      }
    },
  );
});
