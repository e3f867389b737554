import { context, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import {
  AlwaysOffSampler,
  InMemorySpanExporter,
  NodeTracerProvider,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { EntryContent, JsonObject } from '../../src/operation/entry.ts';
import { OperationSpans } from '../../src/record/span.ts';

const exporter = new InMemorySpanExporter();
const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
const tracer = provider.getTracer('audit');
const TIME = '2026-11-25T12:00:00.000Z';
const PLACE = { index: 3, hash: 'aGFzaA==', origin: 'example.org/checkout' };
let spans: OperationSpans;

beforeAll(() => provider.register());
afterAll(() => {
  trace.disable();
  context.disable();
});
beforeEach(() => {
  exporter.reset();
  spans = new OperationSpans(tracer);
});

function record(content: Partial<EntryContent> & { action: string }): ReadableSpan {
  spans.record({ time: TIME, outcome: 'success', ...content }, Date.parse(TIME), PLACE);
  return last();
}

function last(): ReadableSpan {
  return exporter.getFinishedSpans().at(-1) as ReadableSpan;
}

function linksOf(span: ReadableSpan): string[] {
  return span.links.map((link) => `${link.context.spanId} ${link.attributes?.['audit.dataset']}`);
}

const idOf = (span: ReadableSpan): string => span.spanContext().spanId;

describe('the span of an operation', () => {
  test('says what the entry says', () => {
    const span = record({
      action: 'orders.refund',
      actor: { id: 'user:42', type: 'user', name: 'Ada', address: '10.0.0.1' },
      target: { id: 'order:7', type: 'order' },
      reason: 'ticket 12',
      correlation: { tenant: 'acme', requestId: 'r1' },
      inputs: [
        { namespace: 'postgres://db', name: 'orders', version: '7', rows: 2, bytes: 10 },
        { namespace: 'file', name: '/a.csv', rows: 3 },
      ],
      outputs: [{ namespace: 'file', name: '/b.csv' }],
      attributes: { amount: 5, ok: true, tags: ['a', 'b'], nested: { deep: { n: 1 } }, none: null },
      adjusted: [{ path: 'attributes.x', what: 'cut' }],
    });
    expect(span.name).toBe('audit.orders.refund');
    expect(span.parentSpanContext).toBeUndefined();
    expect(span.status.code).toBe(SpanStatusCode.UNSET);
    expect(span.attributes).toEqual({
      'audit.action': 'orders.refund',
      'audit.outcome': 'success',
      'audit.actor.id': 'user:42',
      'audit.actor.type': 'user',
      'audit.actor.name': 'Ada',
      'enduser.id': 'user:42',
      'client.address': '10.0.0.1',
      'audit.target.id': 'order:7',
      'audit.target.type': 'order',
      'audit.reason': 'ticket 12',
      'audit.tenant': 'acme',
      'audit.request.id': 'r1',
      'audit.inputs': ['postgres://db/orders@7', 'file//a.csv'],
      'audit.inputs.count': 2,
      'audit.inputs.rows': 5,
      'audit.inputs.bytes': 10,
      'audit.outputs': ['file//b.csv'],
      'audit.outputs.count': 1,
      'audit.attributes.amount': 5,
      'audit.attributes.ok': true,
      'audit.attributes.tags': ['a', 'b'],
      'audit.attributes.nested.deep.n': 1,
      'audit.adjusted': 1,
      'audit.entry.index': 3,
      'audit.entry.hash': 'aGFzaA==',
      'audit.journal': 'example.org/checkout',
    });
  });

  test('shows nothing that belongs to a person, wherever it stands', () => {
    const sealed = { $sealed: 'c2VjcmV0', subject: 'p1' };
    const span = record({
      action: 'users.update',
      outcome: 'failure',
      actor: { id: sealed, type: 'user', name: sealed, address: sealed },
      target: { id: sealed },
      reason: sealed,
      error: { type: 'TypeError', message: sealed },
      attributes: {
        mail: sealed as never,
        list: [sealed, 1] as never,
        deep: { of: { all: sealed as never } },
      },
    });
    expect(JSON.stringify([span.attributes, span.status])).not.toMatch(/c2VjcmV0|p1/);
    expect(span.attributes['audit.actor.id']).toBe('[sealed]');
    expect(span.attributes).not.toHaveProperty(['enduser.id']);
    expect(span.attributes).not.toHaveProperty(['client.address']);
    expect(span.attributes['audit.attributes.mail']).toBe('[sealed]');
    expect(span.attributes['audit.attributes.list']).toBe('["[sealed]",1]');
    expect(span.status).toEqual({ code: SpanStatusCode.ERROR, message: '[sealed]' });
  });

  test('has failed where the operation has, or was denied', () => {
    const error = { type: 'RangeError', message: 'too much' };
    const codes = (['success', 'cancelled', 'failure', 'denied', 'unknown'] as const).map(
      (outcome) => record({ action: 'a.b', outcome, error }).status.code,
    );
    const { ERROR, UNSET } = SpanStatusCode;
    expect(codes).toEqual([UNSET, UNSET, ERROR, ERROR, ERROR]);
    expect(last().status.message).toBe('too much');
    expect(last().attributes).toMatchObject({
      'error.type': 'RangeError',
      'audit.error.message': 'too much',
    });
  });

  test('is bounded, whatever the entry holds', () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`key${n}`, n]));
    let deep: JsonObject = { end: true };
    for (let i = 0; i < 50; i++) deep = { deep };
    const span = record({
      action: 'a.b',
      attributes: { text: `${'x'.repeat(1_023)}😀`, mixed: [1, 'two', { three: 3 }], deep, many },
      inputs: Array.from({ length: 300 }, (_, n) => ({ namespace: 'file', name: `/${n}` })),
    });
    expect(Object.keys(span.attributes).length).toBeLessThanOrEqual(128);
    expect(span.attributes['audit.entry.hash']).toBe('aGFzaA==');
    expect(span.attributes['audit.attributes.text']).toBe('x'.repeat(1_023));
    expect(span.attributes['audit.attributes.mixed']).toBe('[1,"two",{"three":3}]');
    expect(span.attributes['audit.inputs']).toHaveLength(100);
    expect(span.attributes['audit.inputs.count']).toBe(300);
    expect(span.droppedAttributesCount).toBe(0);
  });

  test('lasts as long as the operation, below the active span', () => {
    const outer = provider.getTracer('app').startSpan('outer');
    const start = Date.parse(TIME);
    const opened = context.with(trace.setSpan(context.active(), outer), () =>
      spans.open({ action: 'import.run', actor: { id: 'job:1' } }, start),
    );
    expect(exporter.getFinishedSpans()).toEqual([]);
    expect((opened?.span as ReadableSpan | undefined)?.attributes['audit.actor.id']).toBe('job:1');
    spans.close(
      opened,
      { action: 'import.run', time: TIME, outcome: 'success' },
      { ...PLACE, endMillis: start + 1_500 },
    );
    expect(last().parentSpanContext?.spanId).toBe(outer.spanContext().spanId);
    expect(opened?.spanContext?.spanId).toBe(idOf(last()));
    expect(last().duration).toEqual([1, 500_000_000]);
    expect(last().startTime).toEqual([start / 1_000, 0]);
    const early = spans.open({ action: 'import.run' }, start);
    spans.close(early, { action: 'import.run', time: TIME }, { ...PLACE, endMillis: start - 1 });
    expect(last().duration).toEqual([0, 0]);
  });
});

describe('lineage', () => {
  const file = (version?: string): { namespace: string; name: string; version?: string } => ({
    namespace: 'file',
    name: '/a',
    ...(version === undefined ? {} : { version }),
  });

  test('links to the spans that last produced what is read', () => {
    const first = record({ action: 'write.a', outputs: [file()] });
    const second = record({ action: 'write.a', outputs: [file()] });
    const read = record({ action: 'read.a', inputs: [file(), { namespace: 'file', name: '/unknown' }] });
    expect(linksOf(read)).toEqual([`${idOf(second)} file//a`]);
    expect(idOf(first)).not.toBe(idOf(second));
  });

  test('respects versions', () => {
    const one = record({ action: 'write.a', outputs: [file('1')] });
    const two = record({ action: 'write.a', outputs: [file('2')] });
    const read = record({ action: 'read.a', inputs: [file('1')] });
    expect(linksOf(read)).toEqual([`${idOf(one)} file//a@1`]);
    expect(linksOf(record({ action: 'read.a', inputs: [file('3')] }))).toEqual([]);
    expect(linksOf(record({ action: 'read.a', inputs: [file()] }))).toEqual([`${idOf(two)} file//a`]);
  });

  test('links once to each, and never to itself', () => {
    const other = { namespace: 'file', name: '/b' };
    const one = record({ action: 'write.both', outputs: [file(), other] });
    const opened = spans.open({ action: 'a.b', inputs: [file()] });
    const content = { action: 'a.b', time: TIME, inputs: [file(), other], outputs: [file()] };
    spans.close(opened, content, PLACE);
    expect(linksOf(last())).toEqual([`${idOf(one)} file//a`]);
    spans.close(spans.open({ action: 'a.b' }), content, PLACE);
    expect(last().links).toHaveLength(2);
  });

  test('is that of the beginning, whoever writes the same meanwhile, and of the end for what only that names', () => {
    const [late, unknown] = ['/late', '/unknown'].map((name) => ({ namespace: 'file', name }));
    const both = [file(), file('1'), unknown ?? file()];
    const one = record({ action: 'write.first', outputs: [file('1')] });
    const opened = spans.open({ action: 'a.b' });
    spans.began(opened, { action: 'a.b', time: TIME, inputs: both });
    record({ action: 'write.second', outputs: both });
    record({ action: 'write.third', outputs: [file('2')] });
    const last = record({ action: 'write.late', outputs: [late ?? file()] });
    const inputs = [...both, late ?? file()];
    spans.close(opened, { action: 'a.b', time: TIME, inputs }, PLACE);
    expect(linksOf(exporter.getFinishedSpans().at(-1) as ReadableSpan)).toEqual([
      `${idOf(one)} file//a`,
      `${idOf(last)} file//late`,
    ]);
  });

  test('is not changed by what was denied', () => {
    const one = record({ action: 'write.a', outputs: [file()] });
    record({ action: 'write.a', outcome: 'denied', outputs: [file()] });
    expect(linksOf(record({ action: 'read.a', inputs: [file()] }))).toEqual([`${idOf(one)} file//a`]);
    const failed = record({ action: 'write.a', outcome: 'failure', outputs: [file()] });
    expect(linksOf(record({ action: 'read.a', inputs: [file()] }))).toEqual([`${idOf(failed)} file//a`]);
  });

  test('goes by what the operation says of another process, where that can be a span', () => {
    record({ action: 'write.a', outputs: [file()] });
    const producedBy = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
    const read = record({ action: 'read.a', inputs: [{ ...file(), producedBy }] });
    expect(read.links[0]?.context).toMatchObject({ ...producedBy, isRemote: true });
    expect(read.links).toHaveLength(1);
    const wrong = { traceId: 'none', spanId: '' };
    expect(record({ action: 'read.a', inputs: [{ ...file(), producedBy: wrong }] }).links).toEqual([]);
  });

  test('remembers what entries that are read back have produced', () => {
    const correlation = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
    const entry = { action: 'write.a', time: TIME, index: 0, hash: 'h', outputs: [file('9')] };
    spans.prime({ ...entry, correlation });
    spans.prime(entry);
    spans.prime({ ...entry, correlation: { traceId: 'x', spanId: 'y' } });
    expect(linksOf(record({ action: 'read.a', inputs: [file('9')] }))).toEqual([
      'b7ad6b7169203331 file//a@9',
    ]);
  });

  test('forgets what was neither written nor read longest', () => {
    spans = new OperationSpans(tracer, 2);
    const outputs = (name: string): { namespace: string; name: string }[] => [{ namespace: 'n', name }];
    for (const name of ['a', 'b']) record({ action: 'write.x', outputs: outputs(name) });
    record({ action: 'read.x', inputs: outputs('a') });
    record({ action: 'write.x', outputs: outputs('c') });
    const known = ['a', 'b', 'c'].filter(
      (name) => record({ action: 'read.x', inputs: outputs(name) }).links.length,
    );
    expect(known).toEqual(['a', 'c']);
  });

  test('forgets the oldest of names that are long together, and never for what is read back', () => {
    const long = (first: string): { namespace: string; name: string } => ({
      namespace: 'n',
      name: first.padEnd(5_000_000, 'x'),
    });
    const isKnown = (dataset: { namespace: string; name: string }): boolean =>
      record({ action: 'read.x', inputs: [dataset] }).links.length > 0;
    for (const first of ['a', 'b', 'c']) record({ action: 'write.x', outputs: [long(first)] });
    const correlation = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
    const entry = { action: 'write.x', time: TIME, index: 0, hash: 'h', correlation };
    spans.prime({ ...entry, outputs: [long('before')] });
    expect([long('a'), long('b'), long('c'), long('before')].map(isKnown)).toEqual([true, true, true, false]);
    record({ action: 'write.x', outputs: [long('d')] });
    expect([long('a'), long('b'), long('c'), long('d')].map(isKnown)).toEqual([false, true, true, true]);
  });

  test('names that run into each other are different datasets', () => {
    record({ action: 'write.x', outputs: [{ namespace: 'ab', name: 'c', version: '1' }] });
    for (const dataset of [
      { namespace: 'a', name: 'bc', version: '1' },
      { namespace: 'ab', name: 'c@1' },
      { namespace: 'abc', name: '', version: '1' },
    ]) {
      expect(record({ action: 'read.x', inputs: [dataset] }).links).toEqual([]);
    }
  });
});

describe('a tracer', () => {
  test('that samples nothing, or none that is there, costs no more than that', () => {
    const silent = new NodeTracerProvider({ sampler: new AlwaysOffSampler() }).getTracer('audit');
    spans = new OperationSpans(silent);
    const content = { action: 'a.b', time: TIME, outputs: [{ namespace: 'n', name: 'a' }] };
    expect(spans.record(content, Date.now(), PLACE)).toBeDefined();
    expect(exporter.getFinishedSpans()).toEqual([]);
  });

  test('that throws does not reach the caller', () => {
    const broken = {
      startSpan: () => {
        throw new Error('broken');
      },
    } as unknown as Tracer;
    spans = new OperationSpans(broken);
    expect(spans.open({ action: 'a.b' })).toBeUndefined();
    spans.close(undefined, { action: 'a.b', time: TIME }, PLACE);
    expect(spans.record({ action: 'a.b', time: TIME }, 0, PLACE)).toBeUndefined();
  });

  test('a content that cannot be read ends its span all the same', () => {
    const trap = new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error('trap');
        },
      },
    );
    spans.record({ action: 'a.b', time: TIME, attributes: trap }, Date.now(), PLACE);
    expect(exporter.getFinishedSpans()).toHaveLength(1);
  });
});
