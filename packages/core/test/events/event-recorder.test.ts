import { TraceFlags } from '@opentelemetry/api';
import { describe, expect, test } from 'vitest';
import {
  createDirectRecorder,
  createEventRecorder,
  EventBus,
  type EventMap,
  MeterProvider,
  type OperationDescription,
} from '../../src/index.ts';
import { metricNames, valuesOf } from '../collected.ts';
import { useDiagnostics } from '../diagnostics.ts';

const said = useDiagnostics();

function start(description: Partial<OperationDescription> = {}) {
  const provider = new MeterProvider({});
  const bus = new EventBus<EventMap>();
  const operation = createEventRecorder(createDirectRecorder(provider), bus).operation({
    name: 'orders.place',
    function: 'Orders.place',
    labels: { tier: 'gold' },
    unit: 's',
    streaming: true,
    ...description,
  });
  return { bus, operation, reader: provider.addCollector() };
}

const SPAN = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: TraceFlags.SAMPLED };

describe('a call', () => {
  test('is published in order, each event of it under one number', () => {
    const { bus, operation } = start();
    const heard: [string, number][] = [];
    bus.on('performance.*', ({ call }, name) => heard.push([name, call]));
    const before = operation.begin(0);
    operation.end(operation.begin(5), 5, 6, true, 'none', undefined, undefined);
    operation.end(before, 0, 10, true, 'none', undefined, undefined);
    const [outer, inner] = [heard[0]?.[1] as number, heard[1]?.[1] as number];
    expect(inner).not.toBe(outer);
    const ends = ['performance.phase.end', 'performance.metric.recorded', 'performance.operation.complete'];
    expect(heard).toEqual([
      ['performance.phase.start', outer],
      ['performance.phase.start', inner],
      ...ends.map((name) => [name, inner]),
      ...ends.map((name) => [name, outer]),
    ]);
  });

  test('has payloads that tell all about it', () => {
    const { bus, operation } = start();
    const heard: Record<string, unknown> = {};
    bus.on('performance.*', (payload, name) => {
      heard[name] = payload;
    });
    const token = operation.begin(0);
    operation.end(token, 0, 20, false, 'TypeError', { currency: 'eur' }, SPAN);
    const start_ = {
      operation: 'orders.place',
      function: 'Orders.place',
      call: expect.any(Number),
      timestampMillis: expect.any(Number),
    };
    const end = { ...start_, durationMillis: 20, success: false, errorType: 'TypeError' };
    const labels = { tier: 'gold', currency: 'eur' };
    expect(heard).toEqual({
      'performance.phase.start': start_,
      'performance.phase.end': end,
      'performance.metric.recorded': {
        call: expect.any(Number),
        metric: 'orders.place.duration',
        value: 0.02,
        unit: 's',
        attributes: { ...labels, function: 'Orders.place', success: false, error_type: 'TypeError' },
        timestampMillis: expect.any(Number),
      },
      'performance.operation.complete': { ...end, labels, traceId: SPAN.traceId, spanId: SPAN.spanId },
    });
  });

  test('in milliseconds is published as it is recorded', () => {
    const { bus, operation } = start({ unit: 'ms' });
    const values: unknown[] = [];
    bus.on('performance.metric.recorded', ({ value, unit }) => values.push(value, unit));
    operation.end(operation.begin(0), 0, 20, true, 'none', undefined, undefined);
    expect(values).toEqual([20, 'ms']);
  });
});

describe('the recorder below', () => {
  test('is told everything', async () => {
    const { operation, reader } = start();
    operation.begin(0);
    operation.ignore(operation.begin(0));
    operation.firstItem(1);
    operation.items(2);
    operation.end(operation.begin(0), 0, 20, true, 'none', undefined, undefined);
    expect(metricNames(await reader.collect(), '@org/instrument')).toEqual(
      expect.arrayContaining([
        'orders.place.duration',
        'orders.place.calls',
        'orders.place.time_to_first_item',
      ]),
    );
    expect(await valuesOf(reader, 'orders.place.active')).toMatchObject([[{}, 1]]);
    expect(await valuesOf(reader, 'orders.place.items')).toMatchObject([[{}, 2]]);
  });

  test('gets back what it returned from begin', () => {
    const got: unknown[] = [];
    const below = {
      begin: () => 'token of below',
      end: (token: unknown) => void got.push(token),
      ignore: (token: unknown) => void got.push(token),
      firstItem: () => {},
      items: () => {},
    };
    const description = { name: 'o', function: 'o', labels: {}, unit: 's' as const, streaming: false };
    const operation = createEventRecorder({ operation: () => below }, new EventBus()).operation(description);
    operation.end(operation.begin(0), 0, 1, true, 'none', undefined, undefined);
    operation.ignore(operation.begin(0));
    expect(got).toEqual(['token of below', 'token of below']);
  });

  test('is not harmed by listeners that throw or reject', async () => {
    const { bus, operation, reader } = start();
    bus.on('performance.*', () => {
      throw new Error('listener');
    });
    bus.on('performance.phase.end', () => Promise.reject(new Error('later')));
    operation.end(operation.begin(0), 0, 20, true, 'none', undefined, undefined);
    expect((await valuesOf(reader, 'orders.place.calls'))[0]?.[1]).toBe(1);
    expect(bus.statistics().failed).toBe(5);
    expect(said.errors.length).toBeGreaterThan(0);
  });
});
