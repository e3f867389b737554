import { TraceFlags } from '@opentelemetry/api';
import { afterEach, describe, expect, test } from 'vitest';
import {
  createDirectRecorder,
  currentRecorder,
  DEFAULT_DURATION_BOUNDARIES,
  type HistogramValue,
  installRuntime,
  MeterProvider,
  type OperationDescription,
  type OperationRecorder,
} from '../src/index.ts';
import { metricNames, metricOf, valuesOf } from './collected.ts';

function start(exemplars = false) {
  const provider = new MeterProvider({ exemplars });
  const recorder = createDirectRecorder(provider);
  const operation = (description: Partial<OperationDescription> = {}): OperationRecorder =>
    recorder.operation({
      name: 'orders.place',
      function: 'Orders.place',
      labels: {},
      unit: 's',
      streaming: false,
      ...description,
    });
  return { reader: provider.addCollector(), operation };
}

/** A call that takes 20 ms. */
function call(operation: OperationRecorder, success = true, errorType = 'none', attributes = {}): void {
  const given = Object.keys(attributes).length === 0 ? undefined : attributes;
  operation.end(operation.begin(1_000), 1_000, 1_020, success, errorType, given, undefined);
}

const LABELS = { function: 'Orders.place', success: true, error_type: 'none' };

describe('a call', () => {
  test('gives a duration in seconds, a count, and while it runs one active call', async () => {
    const { reader, operation } = start();
    const place = operation();
    place.begin(0);
    call(place);
    const collection = await reader.collect();
    expect(metricNames(collection, '@org/instrument')).toEqual([
      'orders.place.duration',
      'orders.place.calls',
      'orders.place.active',
    ]);
    expect(metricOf(collection, 'orders.place.duration')?.descriptor.unit).toBe('s');
    const [[attributes, duration] = []] = await valuesOf(reader, 'orders.place.duration');
    expect(attributes).toEqual(LABELS);
    expect(duration).toMatchObject({ count: 1, sum: 0.02, boundaries: DEFAULT_DURATION_BOUNDARIES });
    expect(await valuesOf(reader, 'orders.place.calls')).toEqual([[LABELS, 1]]);
    expect(await valuesOf(reader, 'orders.place.active')).toEqual([[{ function: 'Orders.place' }, 1]]);
  });

  test('is told apart by outcome, and by the labels of its description and its own', async () => {
    const { reader, operation } = start();
    const place = operation({ labels: { tier: 'gold' } });
    call(place);
    call(place, false, 'TypeError');
    call(place, false, 'TypeError');
    call(place, true, 'cached', { currency: 'eur' });
    expect(await valuesOf(reader, 'orders.place.calls')).toEqual([
      [{ ...LABELS, tier: 'gold' }, 1],
      [{ ...LABELS, tier: 'gold', success: false, error_type: 'TypeError' }, 2],
      [{ ...LABELS, tier: 'gold', error_type: 'cached', currency: 'eur' }, 1],
    ]);
  });

  test('cannot change the labels of its operation by attributes', async () => {
    const { reader, operation } = start();
    call(operation(), true, 'none', { function: 'other', success: false });
    expect(await valuesOf(reader, 'orders.place.calls')).toEqual([[LABELS, 1]]);
  });

  test('that is ignored leaves no trace but the end of an active call', async () => {
    const { reader, operation } = start();
    const place = operation();
    place.ignore(place.begin(0));
    expect(metricNames(await reader.collect(), '@org/instrument')).toEqual(['orders.place.active']);
    expect(await valuesOf(reader, 'orders.place.active')).toEqual([[{ function: 'Orders.place' }, 0]]);
  });

  test.each([undefined, { currency: 'eur' }])(
    'with attributes %j has its sampled span as exemplar',
    async (given) => {
      const { reader, operation } = start(true);
      const place = operation();
      const span = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: TraceFlags.SAMPLED };
      place.end(place.begin(0), 0, 20, true, 'none', given, span);
      const metric = metricOf(await reader.collect(), 'orders.place.duration');
      const bucket = DEFAULT_DURATION_BOUNDARIES.findIndex((bound) => 0.02 <= bound);
      expect(metric?.exemplar(0, bucket)).toMatchObject({ value: 0.02, spanId: span.spanId });
    },
  );

  test('of any number of error classes is counted', async () => {
    const { reader, operation } = start();
    const place = operation();
    for (let i = 0; i < 200; i++) call(place, false, `E${i % 100}`);
    const calls = await valuesOf(reader, 'orders.place.calls');
    expect([calls.length, new Set(calls.map(([, value]) => value))]).toEqual([100, new Set([2])]);
  });
});

describe('an operation', () => {
  test('in milliseconds has milliseconds as bounds and values', async () => {
    const { reader, operation } = start();
    call(operation({ unit: 'ms' }));
    const [[, value] = []] = await valuesOf(reader, 'orders.place.duration');
    expect(value).toMatchObject({ sum: 20 });
    expect((value as HistogramValue).boundaries.slice(0, 4)).toEqual([0.1, 0.25, 0.5, 1]);
  });

  test.each([
    ['s', 1.001],
    ['ms', 1_001],
  ] as const)(
    'with an objective in %s has its latency as a bound, and shows its target',
    async (unit, bound) => {
      const { reader, operation } = start();
      const labels = { tier: 'gold' };
      call(
        operation({ unit, labels, buckets: [bound * 2, 0.5], slo: { target: 0.99, latencyMillis: 1_001 } }),
      );
      const [[, value] = []] = await valuesOf(reader, 'orders.place.duration');
      expect((value as HistogramValue).boundaries).toEqual([0.5, bound, bound * 2]);
      expect(await valuesOf(reader, 'orders.place.slo.target')).toEqual([
        [{ function: 'Orders.place', tier: 'gold' }, 0.99],
      ]);
    },
  );

  test('that streams counts items and the time to the first', async () => {
    const { reader, operation } = start();
    const place = operation({ streaming: true });
    place.firstItem(20);
    place.items(3);
    place.items(4);
    expect(await valuesOf(reader, 'orders.place.items')).toEqual([[{ function: 'Orders.place' }, 7]]);
    expect((await valuesOf(reader, 'orders.place.time_to_first_item'))[0]?.[1]).toMatchObject({ sum: 0.02 });
    expect(await valuesOf(reader, 'orders.place.streams')).toEqual([[{ function: 'Orders.place' }, 1]]);
  });

  test('that does not stream takes items and loses them', async () => {
    const { reader, operation } = start();
    operation().firstItem(1);
    operation().items(1);
    expect(metricNames(await reader.collect(), '@org/instrument')).toEqual(['orders.place.active']);
  });

  test('described twice, in whatever way, adds up its active calls', async () => {
    const { reader, operation } = start();
    operation({ labels: { a: 1, b: 2 } }).begin(0);
    operation({ labels: { b: 2, a: 1 } }).begin(0);
    operation({ labels: { b: 2, a: 1 }, buckets: [1] }).begin(0);
    expect(await valuesOf(reader, 'orders.place.active')).toEqual([
      [{ a: 1, b: 2, function: 'Orders.place' }, 3],
    ]);
  });
});

describe('the recorder of the process', () => {
  let restore = (): void => {};
  afterEach(() => restore());

  test('is the direct one until another is installed, and again after', () => {
    const direct = currentRecorder();
    const { operation } = start();
    const other = { operation: () => operation() };
    restore = installRuntime({ recorder: other });
    expect(currentRecorder()).toBe(other);
    restore();
    expect(currentRecorder()).toBe(direct);
  });
});
