import { INVALID_SPAN_CONTEXT, ROOT_CONTEXT, type SpanContext, trace } from '@opentelemetry/api';
import { expect, test } from 'vitest';
import { UnsampledSpan } from '../src/index.ts';
import { sampledSpanContext } from '../src/sampled-span.ts';

const SAMPLED: SpanContext = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  traceFlags: 1,
};

class Asked extends UnsampledSpan {
  times = 0;

  protected createSpanContext(): SpanContext {
    this.times++;
    return { ...SAMPLED, traceFlags: 0 };
  }
}

test.each([
  ['no span', ROOT_CONTEXT, undefined],
  ['a sampled span', trace.setSpanContext(ROOT_CONTEXT, SAMPLED), SAMPLED],
  ['an unsampled one', trace.setSpanContext(ROOT_CONTEXT, { ...SAMPLED, traceFlags: 0 }), undefined],
  [
    'one without ids',
    trace.setSpanContext(ROOT_CONTEXT, { ...INVALID_SPAN_CONTEXT, traceFlags: 1 }),
    undefined,
  ],
])('an exemplar points at sampled spans only: %s', (_, context, expected) => {
  expect(sampledSpanContext(context)).toEqual(expected);
});

test('ids of an unsampled span are made once, when somebody asks', () => {
  const span = new Asked();
  expect(sampledSpanContext(trace.setSpan(ROOT_CONTEXT, span))).toBeUndefined();
  expect(span.times).toBe(0);
  expect(span.spanContext()).toBe(span.spanContext());
  expect(span.times).toBe(1);
});
