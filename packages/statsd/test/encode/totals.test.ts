import type { Attributes } from '@opentelemetry/api';
import { describe, expect, it } from 'vitest';
import { Encoder } from '../../src/encode/encoder.ts';
import { resolveSettings } from '../../src/settings.ts';
import { metric, metricsOf, packetsOf } from '../support/encode.ts';

/** One series of a metric of totals. */
interface Total {
  readonly value: unknown;
  readonly attributes?: Attributes;
}

/** Gives what one encoder says of interval after interval. */
function sayerOf(kind: 'sum' | 'histogram' | 'exponential'): (...points: Total[]) => string[] {
  const encoder = new Encoder(resolveSettings({}, {}).form);
  return (...points) => {
    const totals = metric('pods', kind, { aggregationTemporality: 1, isMonotonic: true }, ...points);
    return packetsOf(encoder.encode(metricsOf([totals]), 0)).flatMap((packet) => packet.split('\n'));
  };
}

const pods = (count: number, value: unknown): Total[] =>
  Array.from({ length: count }, (_, i) => ({ value, attributes: { pod: `${i}` } }));
const explicit = (count: number) => ({ count, sum: count, buckets: { boundaries: [5], counts: [count, 0] } });
const NONE = { offset: 0, bucketCounts: [] };
const exponential = (scale: number, zeroCount: number, positive: number) => ({
  count: zeroCount + positive,
  sum: positive,
  scale,
  zeroCount,
  positive: positive === 0 ? NONE : { offset: -1, bucketCounts: [positive] },
  negative: NONE,
});

describe('totals', () => {
  it.each([
    ['sum', 1_000, 1_001, 'pods:1|c'],
    ['histogram', explicit(8), explicit(9), 'pods:1|d'],
    ['exponential', exponential(20, 0, 8), exponential(20, 0, 9), 'pods:1|d'],
  ] as const)('go on for the series that live when most others end: %s', (kind, before, after, line) => {
    const say = sayerOf(kind);
    say(...pods(1_500, before));
    expect(say(...pods(3, after))).toEqual([0, 1, 2].map((pod) => `${line}|#pod:${pod}`));
  });

  it('go on for series that were away for an interval', () => {
    const say = sayerOf('sum');
    say(...pods(1_500, 1_000));
    say(...pods(3, 1_001));
    expect(say(...pods(1_500, 1_001))).toEqual(
      pods(1_500, 1)
        .slice(3)
        .map(({ attributes }) => `pods:1|c|#pod:${attributes?.pod}`),
    );
  });

  it('are new for series that come after many intervals', () => {
    const say = sayerOf('sum');
    say(...pods(1_500, 1_000));
    for (let i = 0; i < 20; i++) say(...pods(3, 1_000));
    expect(say(...pods(4, 1_000))).toEqual(['pods:1000|c|#pod:3']);
  });

  it('of an exponential histogram go on from zeros alone, whose scale says nothing', () => {
    const say = sayerOf('exponential');
    expect(say({ value: exponential(0, 4, 0) })).toEqual(['pods:0|d|@0.25']);
    expect(say({ value: exponential(20, 4, 1) })).toEqual(['pods:1|d']);
  });
});
