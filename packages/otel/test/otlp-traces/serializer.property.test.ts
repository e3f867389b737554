import {
  type Attributes,
  createTraceState,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
} from '@opentelemetry/api';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { EncodedSpans } from '../../src/otlp-traces/encoded-spans.ts';
import { createTraceSerializer } from '../../src/otlp-traces/serializer.ts';
import { DEFAULT_SPAN_LIMITS, type SpanLimits } from '../../src/spans/limits.ts';
import { namedSampler } from '../../src/spans/named-sampler.ts';
import { SpanProvider } from '../../src/spans/span-provider.ts';

const INVALID_IDS: SpanContext = { traceId: 'abc', spanId: '1', traceFlags: 1 };

const text = fc.oneof(fc.string({ maxLength: 40 }), fc.string({ unit: 'binary', maxLength: 30 }));
const value = fc.oneof(
  text,
  fc.double(),
  fc.maxSafeInteger(),
  fc.boolean(),
  fc.array(text, { maxLength: 3 }),
);
const attributes: fc.Arbitrary<Attributes> = fc.dictionary(text, value, { maxKeys: 5 });
const id = (bytes: number): fc.Arbitrary<string> =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((all) => Buffer.from(all).toString('hex'));
const spanContext: fc.Arbitrary<SpanContext> = fc
  .record({
    traceId: id(16),
    spanId: id(8),
    traceFlags: fc.constantFrom(0, 1),
    isRemote: fc.option(fc.boolean(), { nil: undefined }),
    state: fc.constantFrom(undefined, 'vendor=1', 'a=1,b=2'),
  })
  .map(({ isRemote, state, ...rest }) => ({
    ...rest,
    ...(isRemote === undefined ? {} : { isRemote }),
    ...(state === undefined ? {} : { traceState: createTraceState(state) }),
  }));
const time: fc.Arbitrary<[number, number]> = fc.tuple(
  fc.integer({ min: 0, max: 2 ** 34 - 1 }),
  fc.integer({ min: 0, max: 999_999_999 }),
);
const count = fc.oneof(fc.constant(0), fc.nat());
const event = fc.record({ name: text, time, attributes, droppedAttributesCount: count });
const link = fc.record({ context: spanContext, attributes, droppedAttributesCount: count });
const status = fc.record({ code: fc.constantFrom(0, 1, 2), message: text });
const resources = [
  resourceFromAttributes({ 'service.name': 'shop', numbers: [1, 2] }),
  resourceFromAttributes({}, { schemaUrl: 'https://example.org/schema' }),
];
const scopes = [
  { name: '@org/instrument' },
  { name: 'http', version: '1.2', schemaUrl: 'https://example.org/http' },
  { name: '' },
];
const span = fc
  .record({
    name: text,
    kind: fc.constantFrom(SpanKind.INTERNAL, SpanKind.SERVER, SpanKind.CONSUMER),
    own: spanContext,
    parentSpanContext: fc.option(spanContext, { nil: undefined }),
    startTime: time,
    endTime: time,
    status,
    attributes,
    events: fc.array(event, { maxLength: 3 }),
    links: fc.array(link, { maxLength: 3 }),
    droppedAttributesCount: count,
    droppedEventsCount: count,
    droppedLinksCount: count,
    resource: fc.constantFrom(...resources),
    instrumentationScope: fc.constantFrom(...scopes),
  })
  .map(
    ({ own, ...rest }) =>
      ({ ...rest, spanContext: () => own, duration: [0, 0], ended: true }) as ReadableSpan,
  );

it("the bytes are those of the SDK's serializer, request after request", () => {
  const serializer = createTraceSerializer(ProtobufTraceSerializer.deserializeResponse);
  const batch = new EncodedSpans();
  fc.assert(
    fc.property(fc.array(span, { maxLength: 8 }), (spans) => {
      const expected = ProtobufTraceSerializer.serializeRequest(spans) as Uint8Array;
      for (const each of spans) batch.add(each);
      const written = serializer.serializeRequest(batch) as Uint8Array;
      // What was sent is no longer of the batch, which is filled anew.
      batch.clear();
      expect(Buffer.compare(written, expected)).toBe(0);
    }),
    { numRuns: 2_000 },
  );
});

it('a batch that is added to another is written as if all spans had been added there', () => {
  const { serializeRequest } = createTraceSerializer(ProtobufTraceSerializer.deserializeResponse);
  const spans = fc.array(span, { maxLength: 8 });
  fc.assert(
    fc.property(spans, spans, (first, second) => {
      const [batch, added] = [new EncodedSpans(), new EncodedSpans()];
      for (const each of first) batch.add(each);
      for (const each of second) added.add(each);
      batch.append(added);
      added.clear();
      const expected = ProtobufTraceSerializer.serializeRequest([...first, ...second]) as Uint8Array;
      expect(Buffer.compare(serializeRequest(batch) as Uint8Array, expected)).toBe(0);
      expect(batch.size).toBe(first.length + second.length);
    }),
  );
});

it('a batch of more and larger spans than it had room for is written as well', () => {
  const serializer = createTraceSerializer(ProtobufTraceSerializer.deserializeResponse);
  const sizes = fc.array(fc.tuple(span, fc.integer({ min: 0, max: 3_000 })), {
    minLength: 60,
    maxLength: 200,
  });
  fc.assert(
    fc.property(sizes, (given) => {
      const spans = given.map(([each, size]) => ({ ...each, name: 'x'.repeat(size) }));
      const batch = new EncodedSpans();
      for (const each of spans) batch.add(each);
      const expected = ProtobufTraceSerializer.serializeRequest(spans) as Uint8Array;
      expect(Buffer.compare(serializer.serializeRequest(batch) as Uint8Array, expected)).toBe(0);
    }),
    { numRuns: 50 },
  );
});

it.each<[string, Partial<SpanLimits>, (span: Span) => unknown]>([
  ['an attribute', { attributeCount: 0 }, (own) => own.setAttribute('a', 1)],
  ['an event', { eventCount: 0 }, (own) => own.addEvent('e')],
  ['a link', { linkCount: 0 }, (own) => own.addLink({ context: own.spanContext() })],
  ['a link with ids of another form', {}, (own) => own.addLink({ context: INVALID_IDS })],
])('a span of our own that had nothing but %s, which was dropped, says so', (_, limits, record) => {
  const serializer = createTraceSerializer(ProtobufTraceSerializer.deserializeResponse);
  const batch = new EncodedSpans();
  const ended: ReadableSpan[] = [];
  const provider = new SpanProvider({
    resource: resources[0] as Resource,
    sampler: namedSampler('always_on', 1),
    processors: [
      {
        onStart: () => {},
        onEnd: (own) => ended.push(own),
        forceFlush: async () => {},
        shutdown: async () => {},
      },
    ],
    limits: { ...DEFAULT_SPAN_LIMITS, ...limits },
  });
  const own = provider.getTracer('test').startSpan('a', {}, ROOT_CONTEXT);
  record(own);
  own.end();
  for (const each of ended) batch.add(each);
  const expected = ProtobufTraceSerializer.serializeRequest(ended) as Uint8Array;
  expect(Buffer.compare(serializer.serializeRequest(batch) as Uint8Array, expected)).toBe(0);
});

it('a span that cannot be written leaves the batch as it was', () => {
  const serializer = createTraceSerializer(ProtobufTraceSerializer.deserializeResponse);
  fc.assert(
    fc.property(fc.array(span, { minLength: 1, maxLength: 4 }), (spans) => {
      const batch = new EncodedSpans();
      for (const each of spans) {
        batch.add(each);
        // Written from behind: what comes after the name has been written by then.
        expect(() => batch.add({ ...each, name: undefined as unknown as string })).toThrow();
      }
      expect(batch.size).toBe(spans.length);
      const expected = ProtobufTraceSerializer.serializeRequest(spans) as Uint8Array;
      expect(Buffer.compare(serializer.serializeRequest(batch) as Uint8Array, expected)).toBe(0);
    }),
  );
});
