import { type SpanContext, TraceFlags } from '@opentelemetry/api';
import type { SamplerName } from '../options.ts';

/** Marks are below: 32 bits. */
const MARKS = 2 ** 32;

/**
 * A sampler of the specification ("Built-in samplers"). It decides as the SDK's of that name, which it is compared with by
 * a property test, but asks for no more than it needs: about a span below another it looks at a flag, and about a new trace
 * it decides before that has an id. Such a trace is marked with 32 random bits, and gets an id whose four words have that
 * exclusive or (see `createTraceId`), which is what the `TraceIdRatioBasedSampler` of the SDK compares with its bound: so
 * a service further on that looks at the id decides alike.
 */
export interface NamedSampler {
  /** Traces with a mark below are sampled. */
  readonly bound: number;
  /** Whether a span below another follows that; otherwise it is sampled as its trace would be. */
  readonly isParentBased: boolean;
}

/** @param ratio share of the traces that are sampled, 0 to 1, by the two of these names that have one */
export function namedSampler(name: SamplerName, ratio: number): NamedSampler {
  return { bound: boundOf(name, ratio), isParentBased: name.startsWith('parentbased') };
}

/** The mark of a new trace. */
export function createMark(): number {
  return Math.floor(Math.random() * MARKS);
}

/** Whether some traces are not sampled, so that a new one needs a mark. */
export function isSelective({ bound }: NamedSampler): boolean {
  return bound < MARKS;
}

/** Whether a span below this one, which is valid, is sampled. */
export function isSampledBelow({ bound, isParentBased }: NamedSampler, parent: SpanContext): boolean {
  if (isParentBased) return (parent.traceFlags & TraceFlags.SAMPLED) !== 0;
  return bound > 0 && (bound === MARKS || markOf(parent.traceId) < bound);
}

function boundOf(name: SamplerName, ratio: number): number {
  if (name.endsWith('always_on')) return MARKS;
  // As the SDK's sampler, for which what is no number is 0.
  if (name.endsWith('always_off') || !(ratio > 0)) return 0;
  return Math.floor(Math.min(ratio, 1) * 0xffffffff);
}

function markOf(traceId: string): number {
  let mark = 0;
  for (let word = 0; word < 32; word += 8) mark ^= Number.parseInt(traceId.slice(word, word + 8), 16);
  return mark >>> 0;
}
