import { context, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import { AlwaysOffSampler, NodeTracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace-node';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/operation/entry.ts';
import { OperationSpans } from '../../src/record/span.ts';
import { PLACE, TIME, useSpans } from './span-bed.ts';

const bed = useSpans();
const { finished, last, record } = bed;

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
    const outer = trace.getTracer('app').startSpan('outer');
    const start = Date.parse(TIME);
    const opened = context.with(trace.setSpan(context.active(), outer), () =>
      bed.spans.open({ action: 'import.run', actor: { id: 'job:1' } }, start),
    );
    expect(finished()).toEqual([]);
    expect((opened?.span as ReadableSpan | undefined)?.attributes['audit.actor.id']).toBe('job:1');
    bed.spans.close(
      opened,
      { action: 'import.run', time: TIME, outcome: 'success' },
      { ...PLACE, durationMillis: 1_500 },
    );
    expect(last().parentSpanContext?.spanId).toBe(outer.spanContext().spanId);
    expect(opened?.spanContext?.spanId).toBe(last().spanContext().spanId);
    expect(last().duration).toEqual([1, 500_000_000]);
    expect(last().startTime).toEqual([start / 1_000, 0]);
    const late = bed.spans.open({ action: 'import.run' }, Date.now() + 3_600_000);
    bed.spans.close(late, { action: 'import.run', time: TIME }, PLACE);
    expect(last().duration).toEqual([0, 0]);
  });
});

describe('a tracer', () => {
  test('that samples nothing, or none that is there, costs no more than that', () => {
    const silent = new NodeTracerProvider({ sampler: new AlwaysOffSampler() }).getTracer('audit');
    bed.spans = new OperationSpans(silent);
    const content = { action: 'a.b', time: TIME, outputs: [{ namespace: 'n', name: 'a' }] };
    expect(bed.spans.record(content, Date.now(), PLACE)).toBeDefined();
    expect(finished()).toEqual([]);
  });

  test('that throws does not reach the caller', () => {
    const broken = {
      startSpan: () => {
        throw new Error('broken');
      },
    } as unknown as Tracer;
    bed.spans = new OperationSpans(broken);
    expect(bed.spans.open({ action: 'a.b' })).toBeUndefined();
    bed.spans.close(undefined, { action: 'a.b', time: TIME }, PLACE);
    expect(bed.spans.record({ action: 'a.b', time: TIME }, 0, PLACE)).toBeUndefined();
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
    bed.spans.record({ action: 'a.b', time: TIME, attributes: trap }, Date.now(), PLACE);
    expect(finished()).toHaveLength(1);
  });
});
