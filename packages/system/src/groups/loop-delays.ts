import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { SpanOfTime } from '../span-of-time.ts';

/**
 * Time between two looks at the delay. Each wakes an idle process up, which is most of what measuring costs: five times
 * as much with Node's default of 10 ms. Whatever blocks the loop for longer is seen, shorter blocks by chance.
 */
const RESOLUTION_MILLIS = 50;
/**
 * The same after a span in which the loop was busy for less than {@link RESOLUTION_MILLIS} altogether: nothing can have
 * blocked it for longer, and looking is what wakes such a process up.
 */
const QUIET_RESOLUTION_MILLIS = 200;
const NANOS_PER_SECOND = 1e9;
const MILLIS_PER_SECOND = 1_000;
/**
 * The deviation is kept for this share of the interval, unless there is a new maximum: it takes three times as long as all
 * other figures together.
 */
const DEVIATION_STALE_SHARE = 0.5;

/** Seconds per statistic of `nodejs.eventloop.delay.*`. */
export type Delays = Readonly<Record<'min' | 'max' | 'mean' | 'stddev' | 'p50' | 'p90' | 'p99', number>>;

/** A histogram that ticks: it records the time between two ticks, of which the resolution is no delay. */
interface Ticks {
  readonly histogram: IntervalHistogram;
  readonly resolutionMillis: number;
}

/** Delays of the event loop over a span of time. Looks from its creation until `stop()`. */
export class LoopDelays {
  readonly #running = new Set<Ticks>();
  /** One that ticks at the same moments as the one begun last, and takes the next turn. */
  #twin: Ticks | undefined;
  readonly #spans: SpanOfTime<Ticks>;
  readonly #deviationOf: (histogram: IntervalHistogram, nowMillis: number) => number;
  /** How long the loop had been busy when the younger span began. */
  #activeMillis: number;

  /** `activeMillis` is how long the loop has been busy so far, as `performance.eventLoopUtilization()` has it. */
  constructor(intervalMillis: number, nowMillis: number, activeMillis: number) {
    // Two that tick together, begun one after the other: either covers the span, and none need be taken apart.
    this.#spans = new SpanOfTime(
      intervalMillis,
      nowMillis,
      this.#begin(RESOLUTION_MILLIS),
      this.#begin(RESOLUTION_MILLIS),
    );
    this.#deviationOf = createDeviation(intervalMillis * DEVIATION_STALE_SHARE);
    this.#activeMillis = activeMillis;
  }

  /** Those of the span until now; `undefined` when nothing has ticked in it yet. */
  at(nowMillis: number, activeMillis: number): Delays | undefined {
    const ticks = this.#spans.at(nowMillis, (dropped) => {
      const isQuiet = activeMillis - this.#activeMillis < RESOLUTION_MILLIS;
      this.#activeMillis = activeMillis;
      return this.#renew(dropped, isQuiet ? QUIET_RESOLUTION_MILLIS : RESOLUTION_MILLIS);
    });
    const { histogram } = ticks;
    return histogram.count === 0 ? undefined : delaysOf(ticks, this.#deviationOf(histogram, nowMillis));
  }

  stop(): void {
    for (const { histogram } of this.#running) histogram.disable();
    this.#running.clear();
  }

  #renew(dropped: Ticks, resolutionMillis: number): Ticks {
    if (dropped.resolutionMillis === resolutionMillis) {
      dropped.histogram.reset();
      return dropped;
    }
    this.#end(dropped);
    return this.#begin(resolutionMillis);
  }

  /** Those begun at different moments would tick at different ones, and wake the process up twice as often: so they come in twos. */
  #begin(resolutionMillis: number): Ticks {
    const twin = this.#twin;
    this.#twin = undefined;
    if (twin?.resolutionMillis === resolutionMillis) {
      twin.histogram.reset();
      return twin;
    }
    if (twin !== undefined) this.#end(twin);
    this.#twin = this.#start(resolutionMillis);
    return this.#start(resolutionMillis);
  }

  #start(resolutionMillis: number): Ticks {
    const histogram = monitorEventLoopDelay({ resolution: resolutionMillis });
    histogram.enable();
    const ticks = { histogram, resolutionMillis };
    this.#running.add(ticks);
    return ticks;
  }

  #end(ticks: Ticks): void {
    ticks.histogram.disable();
    this.#running.delete(ticks);
  }
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

function delaysOf({ histogram, resolutionMillis }: Ticks, stddev: number): Delays {
  const delay = (nanos: number): number =>
    Math.max(0, nanos / NANOS_PER_SECOND - resolutionMillis / MILLIS_PER_SECOND);
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
