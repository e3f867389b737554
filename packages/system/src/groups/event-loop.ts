import { performance } from 'node:perf_hooks';
import { monotonicMillis } from '@org/instrument-core';
import type { Group, GroupContext } from '../group.ts';
import { InstrumentSet } from '../instrument-set.ts';
import { SpanOfTime } from '../span-of-time.ts';
import { type Delays, LoopDelays } from './loop-delays.ts';

const MILLIS_PER_SECOND = 1_000;
const ACTIVE = { 'nodejs.eventloop.state': 'active' };
const IDLE = { 'nodejs.eventloop.state': 'idle' };

/** `nodejs.eventloop.*`. */
export function createEventLoop({ meter, settings: { intervalMillis } }: GroupContext): Group {
  const set = new InstrumentSet(meter);
  const gauge = (name: keyof Delays, description: string) =>
    [name, set.gauge(`nodejs.eventloop.delay.${name}`, 's', `Event loop ${description} delay`)] as const;
  const gauges = [
    gauge('min', 'minimum'),
    gauge('max', 'maximum'),
    gauge('mean', 'mean'),
    gauge('stddev', 'standard deviation'),
    gauge('p50', '50 percentile'),
    gauge('p90', '90 percentile'),
    gauge('p99', '99 percentile'),
  ];
  const utilization = set.gauge('nodejs.eventloop.utilization', '1', 'Share of the time the loop was busy');
  const time = set.counter('nodejs.eventloop.time', 's', 'Time the event loop has been in each state');

  const startMillis = monotonicMillis();
  const start = performance.eventLoopUtilization();
  const delays = new LoopDelays(intervalMillis, startMillis, start.active);
  const busy = new SpanOfTime(intervalMillis, startMillis, start);

  return {
    observables: set.all,
    observe(result) {
      const nowMillis = monotonicMillis();
      const now = performance.eventLoopUtilization();
      const values = delays.at(nowMillis, now.active);
      // Soon something will have ticked.
      if (values !== undefined) {
        for (const [name, instrument] of gauges) result.observe(instrument, values[name]);
      }
      const then = busy.at(nowMillis, () => now);
      result.observe(utilization, performance.eventLoopUtilization(now, then).utilization);
      result.observe(time, now.active / MILLIS_PER_SECOND, ACTIVE);
      result.observe(time, now.idle / MILLIS_PER_SECOND, IDLE);
    },
    stop: () => delays.stop(),
  };
}
