import type { SamplerName } from '../options.ts';

/** Marks are below: 32 bits. */
const MARKS = 2 ** 32;

/**
 * Decides whether a trace is sampled before it has an id. A trace is marked with 32 random bits, and gets an id whose
 * four words have that exclusive or (see `createTraceId`), by which the `TraceIdRatioBasedSampler` of the SDK decides: with
 * the same ratio, a service further on that looks at the id decides alike.
 */
export interface RootSampling {
  /** Traces with a mark below are sampled. */
  readonly bound: number;
}

/** The decision of a named sampler on roots; `undefined` where all are sampled, and there is nothing to decide. */
export function rootSamplingOf(sampler: SamplerName, ratio: number): RootSampling | undefined {
  if (sampler.endsWith('always_off')) return { bound: 0 };
  if (sampler.endsWith('always_on') || ratio >= 1) return undefined;
  // As the SDK's sampler, for which what is no number is 0.
  return { bound: ratio > 0 ? Math.floor(ratio * 0xffffffff) : 0 };
}

/** The mark of a new trace. */
export function createMark(): number {
  return Math.floor(Math.random() * MARKS);
}
