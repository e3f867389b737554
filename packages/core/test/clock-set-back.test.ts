import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { MeterProvider } from '../src/index.ts';
import { metricOf } from './collected.ts';

const START = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: START });
});

afterEach(() => {
  vi.useRealTimers();
});

it('a clock that is set back before the start of a total gives it another start, once', async () => {
  const provider = new MeterProvider({});
  const reader = provider.addCollector({});
  const counter = provider.getMeter('test').createCounter('orders');
  const collect = async (now: number): Promise<[start: number, time: number, value: number]> => {
    vi.setSystemTime(now);
    counter.add(1);
    const collection = await reader.collect();
    const metric = metricOf(collection, 'orders');
    return [metric?.startMillis(0) as number, collection.timeMillis, metric?.value(0) as number];
  };
  counter.add(1);
  expect(await collect(START + 10)).toEqual([START, START + 10, 2]);
  const back = START - HOUR;
  expect(await collect(back)).toEqual([back, back, 3]);
  expect(await collect(back + 10)).toEqual([back, back + 10, 4]);
  expect(await collect(START + HOUR)).toEqual([back, START + HOUR, 5]);
});
