import { ROOT_CONTEXT, type Span } from '@opentelemetry/api';
import { emptyResource } from '@opentelemetry/resources';
import { AlwaysOnSampler, type ReadableSpan } from '@opentelemetry/sdk-trace-node';
import { expect, it } from 'vitest';
import { keptBy } from '../../../core/test/kept-memory.ts';
import { DEFAULT_SPAN_LIMITS } from '../../src/spans/limits.ts';
import { SpanProvider } from '../../src/spans/span-provider.ts';

const SPANS = 20;
const TEXT_LENGTH = 2_000_000;

it.each<[string, (span: Span, text: string) => unknown]>([
  ['a text', (span, text) => span.setAttribute('db.query.text', text)],
  ['a text in a list', (span, text) => span.setAttribute('db.query.text', [text])],
  ["a text of an event's", (span, text) => span.addEvent('e', { text })],
])('%s that is cut keeps nothing of the rest', async (_, record) => {
  const ended: ReadableSpan[] = [];
  const provider = new SpanProvider({
    resource: emptyResource(),
    sampler: new AlwaysOnSampler(),
    processors: [
      {
        onStart: () => {},
        onEnd: (span) => ended.push(span),
        forceFlush: async () => {},
        shutdown: async () => {},
      },
    ],
    limits: { ...DEFAULT_SPAN_LIMITS, attributeValueLength: 100 },
  });
  const tracer = provider.getTracer('test');
  const kept = await keptBy(() => {
    for (let i = 0; i < SPANS; i++) {
      const span = tracer.startSpan('s', {}, ROOT_CONTEXT);
      record(span, `SELECT ${i} ${Buffer.alloc(TEXT_LENGTH, 'x').toString('latin1')}`);
      span.end();
    }
  });
  expect(ended).toHaveLength(SPANS);
  expect(kept).toBeLessThan(2 * TEXT_LENGTH);
});
