import {
  type Attributes,
  diag,
  ROOT_CONTEXT,
  type Span,
  type SpanOptions,
  SpanStatusCode,
} from '@opentelemetry/api';
import { emptyResource } from '@opentelemetry/resources';
import { AlwaysOnSampler, type ReadableSpan } from '@opentelemetry/sdk-trace-node';
import { describe, expect, it } from 'vitest';
import { EncodedSpans } from '../../src/otlp-traces/encoded-spans.ts';
import { DEFAULT_SPAN_LIMITS } from '../../src/spans/limits.ts';
import { SpanProvider } from '../../src/spans/span-provider.ts';

const encoded = new EncodedSpans();
const tracer = new SpanProvider({
  resource: emptyResource(),
  sampler: new AlwaysOnSampler(),
  processors: [
    {
      onStart: () => {},
      // What the receiver would be sent is written.
      onEnd: (span) => encoded.add(span),
      forceFlush: async () => {},
      shutdown: async () => {},
    },
  ],
  limits: DEFAULT_SPAN_LIMITS,
}).getTracer('test');

/** Anything at all, in the place of what the API asks for. */
const any = (value: unknown): never => value as never;

type Opened = Span & ReadableSpan;
function open(options: SpanOptions = {}): Opened {
  return tracer.startSpan('s', options, ROOT_CONTEXT) as Opened;
}

const boo = (): never => {
  throw new Error('boo');
};
const throwing = new Proxy({}, { get: boo, ownKeys: boo, getPrototypeOf: boo, has: boo });
const { proxy: revoked, revoke } = Proxy.revocable([], {});
revoke();
const withGetter = {
  get a() {
    return boo();
  },
  b: 'kept',
};
const throwingList = new Proxy(['a'], {
  get: (list, key) => (key === 'length' ? boo() : Reflect.get(list, key)),
});

const oddities: readonly [string, unknown][] = [
  ['undefined', undefined],
  ['null', null],
  ['a number', 404],
  ['NaN', Number.NaN],
  ['a text', '2024-01-01T00:00:00Z'],
  ['a symbol', Symbol('odd')],
  ['an object without a prototype', Object.create(null)],
  ['an object whose getter throws', withGetter],
  ['a proxy that throws', throwing],
  ['a revoked proxy', revoked],
  ['a date that is none', new Date(Number.NaN)],
  ['a list that throws', throwingList],
  ['a function', () => {}],
];

describe.each(oddities)('no method of a span throws, given %s', (_, odd) => {
  it.each<[string, (span: Opened) => unknown]>([
    ['setAttribute', (span) => span.setAttribute('a', any(odd)).setAttribute(any(odd), 1)],
    ['setAttributes', (span) => span.setAttributes(any(odd)).setAttributes({ a: any(odd) })],
    ['addEvent', (span) => span.addEvent(any(odd), any(odd), any(odd)).addEvent('e', { a: any(odd) })],
    ['addLink', (span) => span.addLink(any(odd)).addLink({ context: any(odd), attributes: any(odd) })],
    ['addLinks', (span) => span.addLinks(any(odd)).addLinks([any(odd)])],
    ['setStatus', (span) => span.setStatus(any(odd)).setStatus({ code: any(odd), message: any(odd) })],
    ['updateName', (span) => span.updateName(any(odd))],
    ['recordException', (span) => span.recordException(any(odd), any(odd))],
    ['end', (span) => span.end(any(odd))],
  ])('%s', (_name, call) => {
    const span = open();
    const before = encoded.size;
    call(span);
    span.end();
    expect(encoded.size).toBe(before + 1);
  });

  it('startSpan', () => {
    const before = encoded.size;
    open({ attributes: any(odd), links: any(odd), startTime: any(odd), kind: any(odd) }).end();
    open({ attributes: { a: any(odd) }, links: [any(odd)] }).end();
    tracer.startSpan(any(odd), {}, ROOT_CONTEXT).end();
    expect(encoded.size).toBe(before + 3);
  });
});

it('no method of a span throws because the logger of diag does', () => {
  const say = boo;
  diag.setLogger({ error: say, warn: say, info: say, debug: say, verbose: say });
  const span = open();
  span.setAttribute('', 1).addLink(any(null)).recordException(any({}));
  span.end();
  span.end();
  span.setAttribute('a', 1);
  diag.disable();
});

it('options and a context that are null stand for none', () => {
  expect(tracer.startSpan('s', any(null), any(null)).isRecording()).toBe(true);
  expect(tracer.startActiveSpan('s', any(null), any(null), (span) => span.isRecording())).toBe(true);
});

describe('of attributes that cannot be read', () => {
  it.each<[string, (given: Attributes) => Attributes]>([
    ['startSpan', (given) => open({ attributes: given }).attributes],
    ['setAttributes', (given) => open().setAttributes(given).attributes],
    ['addEvent', (given) => open().addEvent('e', given).events[0]?.attributes ?? {}],
  ])('%s keeps the others', (_, read) => {
    expect(read(any(withGetter))).toEqual({ b: 'kept' });
  });
});

it('a time that is none is now', async () => {
  for (const [, odd] of oddities) {
    if (odd === 404) continue;
    const before = Date.now();
    const span = open({ startTime: any(odd) });
    await new Promise((resolve) => setTimeout(resolve, 5));
    span.addEvent('e', {}, any(odd));
    span.end(any(odd));
    const [start, event, end] = [span.startTime, span.events[0]?.time ?? [0, 0], span.endTime].map(
      ([seconds, nanos]) => seconds * 1_000 + nanos / 1e6,
    ) as [number, number, number];
    // The clock of spans has an origin that is up to 2 ms off the system's.
    expect(start).toBeGreaterThan(before - 10);
    expect(event).toBeGreaterThan(start);
    expect(end).toBeGreaterThanOrEqual(event);
    expect(end).toBeLessThan(Date.now() + 10);
  }
});

it('an exception whose getter throws is recorded with what can be read', () => {
  const error = Object.defineProperty(new TypeError('why'), 'stack', { get: boo });
  const span = open();
  span.recordException(error);
  expect(span.events.map(({ attributes }) => attributes)).toEqual([
    { 'exception.type': 'TypeError', 'exception.message': 'why' },
  ]);
});

it('a status that is neither OK nor ERROR changes nothing', () => {
  const span = open().setStatus({ code: any('ERROR'), message: 'x' });
  expect((span as Opened).status).toEqual({ code: SpanStatusCode.UNSET });
});

describe('an attribute named __proto__', () => {
  it('is one like any other, and is counted once', () => {
    const given = JSON.parse('{"__proto__":["x"]}') as Attributes;
    const span = open({ attributes: given });
    for (let i = 0; i < 200; i++) span.setAttribute('__proto__', [`x${i}`]);
    span.setAttribute('http.route', '/orders');
    expect(Object.getPrototypeOf(span.attributes)).toBe(Object.prototype);
    expect(Object.entries(span.attributes)).toEqual([
      ['__proto__', ['x199']],
      ['http.route', '/orders'],
    ]);
    expect(span.droppedAttributesCount).toBe(0);
  });
});
