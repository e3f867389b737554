import {
  type Attributes,
  type HrTime,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOnSampler,
  BasicTracerProvider,
  type ReadableSpan,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-node';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { EncodedSpans } from '../../src/otlp-traces/encoded-spans.ts';
import { createTraceSerializer } from '../../src/otlp-traces/serializer.ts';
import { SpanProvider } from '../../src/spans/span-provider.ts';

const LIMITS = {
  attributeCount: 4,
  attributeValueLength: 6,
  eventCount: 3,
  linkCount: 2,
  attributePerEventCount: 2,
  attributePerLinkCount: 1,
};
const SDK_LIMITS = {
  attributeCountLimit: 4,
  attributeValueLengthLimit: 6,
  eventCountLimit: 3,
  linkCountLimit: 2,
  attributePerEventCountLimit: 2,
  attributePerLinkCountLimit: 1,
};
const resource = resourceFromAttributes({ 'service.name': 'shop' });
const remote = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  traceFlags: 1,
  isRemote: true,
};

const text = fc.string({ maxLength: 9 });
const valid = fc.oneof(
  text,
  fc.double(),
  fc.boolean(),
  fc.array(fc.option(text), { maxLength: 3 }),
  fc.array(fc.integer(), { maxLength: 3 }),
  fc.constant([null, 1]),
);
const invalid = fc.constantFrom<unknown>({ a: 1 }, [1, 'a'], 7n, Symbol.iterator, () => 1, [{}]);
const value = fc.oneof({ weight: 5, arbitrary: valid }, invalid) as fc.Arbitrary<string>;
const key = fc.constantFrom('', 'a', 'b', 'c', 'd', 'e', 'f', '1');
const attributes = fc
  .uniqueArray(fc.tuple(key, value), { selector: ([name]) => name, maxLength: 6 })
  .map((entries) => Object.fromEntries(entries)) as fc.Arbitrary<Attributes>;
const time = fc.oneof(
  fc.tuple(fc.integer({ min: 1_700_000_000, max: 1_700_000_003 }), fc.nat({ max: 999_999_999 })),
  fc.integer({ min: 1_700_000_000_000, max: 1_700_000_003_000 }),
  fc.integer({ min: 1_700_000_000_000, max: 1_700_000_003_000 }).map((millis) => new Date(millis)),
) as fc.Arbitrary<HrTime>;
const link = fc.record({
  context: fc.constant(remote),
  attributes: fc.option(attributes, { nil: undefined }),
});
const exception = fc.constantFrom<unknown>(
  'text',
  new TypeError('no'),
  { code: 12, message: 'coded' },
  { name: 'Named' },
  { stack: 'nothing else' },
  '',
);
type Step = (span: Span) => void;
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(key, value).map(
    ([k, v]): Step =>
      (span) =>
        span.setAttribute(k, v),
  ),
  fc.tuple(key).map(
    ([k]): Step =>
      (span) =>
        span.setAttribute(k, undefined as never),
  ),
  attributes.map(
    (all): Step =>
      (span) =>
        span.setAttributes(all),
  ),
  fc.tuple(text, attributes, time).map(
    ([n, a, t]): Step =>
      (span) =>
        span.addEvent(n, a, t),
  ),
  fc.tuple(text, time).map(
    ([n, t]): Step =>
      (span) =>
        span.addEvent(n, t),
  ),
  link.map(
    (one): Step =>
      (span) =>
        span.addLink(one as never),
  ),
  fc.array(link, { maxLength: 3 }).map(
    (all): Step =>
      (span) =>
        span.addLinks(all as never),
  ),
  fc
    .record({ code: fc.constantFrom(0, 1, 2), message: fc.constantFrom('why', '', undefined, 7 as never) })
    .map(
      (status): Step =>
        (span) =>
          span.setStatus(status as never),
    ),
  text.map(
    (name): Step =>
      (span) =>
        span.updateName(name),
  ),
  fc.tuple(exception, time).map(
    ([e, t]): Step =>
      (span) =>
        span.recordException(e as never, t),
  ),
  time.map(
    (t): Step =>
      (span) =>
        span.end(t),
  ),
);
const program = fc.record({
  name: text,
  kind: fc.constantFrom(undefined, SpanKind.SERVER),
  attributes: fc.option(attributes, { nil: undefined }),
  links: fc.option(fc.array(link, { maxLength: 4 }), { nil: undefined }),
  startTime: time,
  isChild: fc.boolean(),
  root: fc.boolean(),
  steps: fc.array(step, { maxLength: 12 }),
  endTime: time,
});
type Program = typeof program extends fc.Arbitrary<infer T> ? T : never;

/** What a processor is told of the span: when it begins, before it is over, when it is over. */
function observed(tracerOf: (processor: SpanProcessor) => Tracer, given: Program): unknown[] {
  const seen: unknown[] = [];
  const note = (what: string, span: ReadableSpan): void => {
    seen.push({ what, ...readable(span) });
  };
  const tracer = tracerOf({
    onStart: (span) => note('start', span),
    onEnding: (span) => note('ending', span),
    onEnd: (span) => note('end', span),
    forceFlush: async () => {},
    shutdown: async () => {},
  });
  const { name, steps, endTime, isChild, attributes: all, ...options } = given;
  const parent = isChild ? trace.setSpanContext(ROOT_CONTEXT, remote) : ROOT_CONTEXT;
  const span = tracer.startSpan(name, { ...options, ...(all && { attributes: all }) } as never, parent);
  for (const one of steps) one(span);
  span.end(endTime);
  return seen;
}

function readable(span: ReadableSpan): object {
  const { traceId, traceFlags } = span.spanContext();
  return structuredClone({
    name: span.name,
    kind: span.kind,
    traceId: span.parentSpanContext === undefined ? 'its own' : traceId,
    traceFlags,
    parent: span.parentSpanContext,
    attributes: Object.entries(span.attributes),
    events: span.events,
    links: span.links,
    status: span.status,
    startTime: span.startTime,
    endTime: span.endTime,
    duration: span.duration,
    ended: span.ended,
    dropped: [span.droppedAttributesCount, span.droppedEventsCount, span.droppedLinksCount],
    scope: span.instrumentationScope,
    resource: span.resource.attributes,
  });
}

it("a span says at each moment what the SDK's own says after the same calls", () => {
  fc.assert(
    fc.property(program, (given) => {
      const sampler = new AlwaysOnSampler();
      const sdk = observed(
        (processor) =>
          new BasicTracerProvider({
            resource,
            sampler,
            spanProcessors: [processor],
            spanLimits: SDK_LIMITS,
          }).getTracer('shop', '1', { schemaUrl: 'https://example.org/s' }),
        given,
      );
      const ours = observed(
        (processor) =>
          new SpanProvider({ resource, sampler, processors: [processor], limits: LIMITS }).getTracer(
            'shop',
            '1',
            {
              schemaUrl: 'https://example.org/s',
            },
          ),
        given,
      );
      expect(ours).toEqual(sdk);
    }),
    { numRuns: 2_000 },
  );
});

it("the bytes of a span that has ended are those of the SDK's serializer", () => {
  const { serializeRequest } = createTraceSerializer(ProtobufTraceSerializer.deserializeResponse);
  fc.assert(
    fc.property(fc.array(program, { minLength: 1, maxLength: 4 }), (programs) => {
      const batch = new EncodedSpans();
      const ended: ReadableSpan[] = [];
      const processor: SpanProcessor = {
        onStart: () => {},
        onEnd: (span) => {
          batch.add(span);
          ended.push(span);
        },
        forceFlush: async () => {},
        shutdown: async () => {},
      };
      const provider = new SpanProvider({
        resource,
        sampler: new AlwaysOnSampler(),
        processors: [processor],
        limits: LIMITS,
      });
      for (const [i, each] of programs.entries()) {
        observed(() => provider.getTracer(`shop ${i % 2}`), each);
      }
      const bytes = Buffer.from(serializeRequest(batch) as Uint8Array);
      expect(bytes).toEqual(Buffer.from(ProtobufTraceSerializer.serializeRequest(ended) as Uint8Array));
    }),
  );
});
