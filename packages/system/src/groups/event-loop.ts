import { type IntervalHistogram, monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { monotonicMillis } from '@org/instrument-core';
import type { Group, GroupContext } from '../group.ts';
import { InstrumentSet } from '../instrument-set.ts';
import { SpanOfTime } from '../span-of-time.ts';

/**
 * Time between two looks at the delay. Each wakes an idle process up, which is most of what measuring costs: five times
 * as much with Node's default of 10 ms. Whatever blocks the loop for longer is seen, shorter blocks by chance.
 */
const RESOLUTION_MILLIS = 50;
const NANOS_PER_SECOND = 1e9;
const MILLIS_PER_SECOND = 1_000;
/**
 * The deviation is kept for this share of the interval, unless there is a new maximum: it takes three times as long as all
 * other figures together.
 */
const DEVIATION_STALE_SHARE = 0.5;

const ACTIVE = { 'nodejs.eventloop.state': 'active' };
const IDLE = { 'nodejs.eventloop.state': 'idle' };

/** Seconds per statistic of `nodejs.eventloop.delay.*`. */
type Delays = Readonly<Record<'min' | 'max' | 'mean' | 'stddev' | 'p50' | 'p90' | 'p99', number>>;

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

  // Two that tick together, begun one after the other: either covers the span, and none need be taken apart.
  const histograms = [startHistogram(), startHistogram()] as const;
  const start = monotonicMillis();
  const delays = new SpanOfTime<IntervalHistogram>(intervalMillis, start, ...histograms);
  const busy = new SpanOfTime(intervalMillis, start, performance.eventLoopUtilization());
  const deviationOf = createDeviation(intervalMillis * DEVIATION_STALE_SHARE);

  return {
    observables: set.all,
    observe(result) {
      const nowMillis = monotonicMillis();
      const histogram = delays.at(nowMillis, renew);
      // Soon something will have ticked.
      if (histogram.count > 0) {
        const values = delaysOf(histogram, deviationOf(histogram, nowMillis));
        for (const [name, instrument] of gauges) result.observe(instrument, values[name]);
      }
      const now = performance.eventLoopUtilization();
      const then = busy.at(nowMillis, () => now);
      result.observe(utilization, performance.eventLoopUtilization(now, then).utilization);
      result.observe(time, now.active / MILLIS_PER_SECOND, ACTIVE);
      result.observe(time, now.idle / MILLIS_PER_SECOND, IDLE);
    },
    stop() {
      for (const histogram of histograms) histogram.disable();
    },
  };
}

function startHistogram(): IntervalHistogram {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MILLIS });
  histogram.enable();
  return histogram;
}

function renew(histogram: IntervalHistogram): IntervalHistogram {
  histogram.reset();
  return histogram;
}

/** The standard deviation in seconds, taken anew when it is old or does not fit the maximum any more. */
function createDeviation(staleMillis: number): (histogram: IntervalHistogram, nowMillis: number) => number {
  let deviation = 0;
  let max = -1;
  let until = 0;
  return (histogram, nowMillis) => {
    if (nowMillis >= until || histogram.max !== max) {
      deviation = histogram.stddev / NANOS_PER_SECOND;
      max = histogram.max;
      until = nowMillis + staleMillis;
    }
    return deviation;
  };
}

/** What is recorded is the time between two ticks, of which the resolution is no delay. */
function delaysOf(histogram: IntervalHistogram, stddev: number): Delays {
  const delay = (nanos: number): number =>
    Math.max(0, nanos / NANOS_PER_SECOND - RESOLUTION_MILLIS / MILLIS_PER_SECOND);
  return {
    min: delay(histogram.min),
    max: delay(histogram.max),
    mean: delay(histogram.mean),
    stddev,
    p50: delay(histogram.percentile(50)),
    p90: delay(histogram.percentile(90)),
    p99: delay(histogram.percentile(99)),
  };
}
