import { ROOT_CONTEXT } from '@opentelemetry/api';
import {
  BatchSpanProcessor,
  type ReadableSpan,
  type SpanExporter,
  type SpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { MeterProvider, type SeriesSnapshot } from '@org/instrument-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EncodedSpans } from '../../src/otlp-traces/encoded-spans.ts';
import { createTraceSerializer } from '../../src/otlp-traces/serializer.ts';
import { createSpanList } from '../../src/span-queue/span-batch.ts';
import { SpanQueue } from '../../src/span-queue/span-queue.ts';
import { decodeNames } from '../otlp-traces/decode-names.ts';
import { ControlledExporter, settled } from './controlled-exporter.ts';

const BATCH = { maxQueueSize: 5, maxExportBatchSize: 2, scheduledDelayMillis: 3_600_000 };

interface Subject {
  readonly create: (exporter: SpanExporter, meters: MeterProvider) => SpanProcessor;
}
const OURS: Subject = {
  create: (exporter, meters) =>
    new SpanQueue({ ...BATCH, exporter, createBatch: createSpanList, meters, onError: () => {} }),
};
/** The queue of the OTLP exporter for protobuf, seen through the bytes that it would send. */
const ENCODED: Subject = {
  create: (exporter, meters) => {
    const { serializeRequest } = createTraceSerializer(() => ({}));
    return new SpanQueue<EncodedSpans>({
      ...BATCH,
      exporter: {
        export(spans, done) {
          const names = decodeNames(serializeRequest(spans) as Uint8Array);
          exporter.export(names.map((name) => ({ name })) as ReadableSpan[], done);
        },
        shutdown: () => exporter.shutdown(),
      },
      createBatch: () => new EncodedSpans(),
      meters,
      onError: () => {},
    });
  },
};
const THE_SDKS: Subject = {
  create: (exporter, meters) => new BatchSpanProcessor({ ...BATCH, exporter, selfObsMeterProvider: meters }),
};

/** What happens to a processor: so many spans end, or an export is answered. */
type Step = number | 'success' | 'failure';

/** What a processor did, and what its metrics said after each step and after its end. */
async function observe({ create }: Subject, steps: readonly Step[]): Promise<unknown> {
  const exporter = new ControlledExporter();
  const meters = new MeterProvider({});
  const processor = create(exporter, meters);
  const tracer = new TracerProvider({ spanProcessors: [processor] }).getTracer('test');
  const seen = [metricsOf(meters)];
  let spans = 0;
  for (const step of steps) {
    if (typeof step === 'number') {
      for (let i = 0; i < step; i++) tracer.startSpan(`span ${spans++}`, {}, ROOT_CONTEXT).end();
    } else
      await exporter.answer(step === 'success' ? { code: 0 } : { code: 1, error: new RangeError('refused') });
    await settled();
    seen.push(metricsOf(meters));
  }
  exporter.answersAtOnce = true;
  await exporter.answerAll();
  await processor.shutdown();
  seen.push(metricsOf(meters));
  return { seen, batches: exporter.batches };
}

/** The metrics, without the number that tells processors of one process apart. */
function metricsOf(meters: MeterProvider): unknown[] {
  return meters
    .snapshot()
    .filter(({ scope }) => scope.name !== '@org/instrument/self')
    .map(({ scope, name, description, unit, kind, attributes, value }: SeriesSnapshot) => {
      const component = String(attributes['otel.component.name']).replace(/\d+$/, 'n');
      return { scope, name, description, unit, kind, value, ...attributes, 'otel.component.name': component };
    });
}

describe.each([
  ['the queue of spans', OURS],
  ['the queue of encoded spans', ENCODED],
])('%s and the batch processor of the SDK', (_, subject) => {
  it('measure the same, under the same names, while spans are exported, refused and dropped', async () => {
    const steps: Step[] = [2, 'failure', 9, 'success', 3, 'success', 'success', 20, 'success', 1];
    const ours = await observe(subject, steps);
    expect(ours).toEqual(await observe(THE_SDKS, steps));
    expect(JSON.stringify(ours)).toContain('"error.type":"queue_full"');
    expect(JSON.stringify(ours)).toContain('"error.type":"RangeError"');
  });

  // After a failure with spans waiting, the SDK's exports two batches at once, which the specification forbids.
  it('export and measure the same, whatever happens in whatever order, as long as nothing fails', async () => {
    const step = fc.oneof(fc.nat(12), fc.constant<Step>('success'));
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
        expect(await observe(subject, steps)).toEqual(await observe(THE_SDKS, steps));
      }),
    );
  });
});
