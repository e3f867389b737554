import type { TraceState } from '@opentelemetry/api';
import { tell } from '@org/instrument-core';

/**
 * The trace state of a parent, a link or a sampler's answer, for propagators and exporters to write. `undefined`, which is
 * said, for what they could not: the text of a header, most likely. The ids it came with are as good without. Never throws.
 */
export function writableTraceState(given: unknown): TraceState | undefined {
  if (given == null || isWritable(given)) return (given ?? undefined) as TraceState | undefined;
  tell(
    'warn',
    `A trace state was left out: it is ${typeof given === 'string' ? 'a text' : `of type ${typeof given}`}, and not what createTraceState(text) of @opentelemetry/api makes.`,
  );
  return undefined;
}

function isWritable(given: unknown): boolean {
  try {
    return typeof (given as { serialize?: unknown }).serialize === 'function';
  } catch {
    // A proxy.
    return false;
  }
}
