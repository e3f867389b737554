import { type Context, context, ROOT_CONTEXT } from '@opentelemetry/api';

/** Key of the flag that `suppressTracing` of `@opentelemetry/core` sets; keys are registered symbols. */
export const SUPPRESS_TRACING: symbol = Symbol.for('OpenTelemetry SDK Context Key SUPPRESS_TRACING');
const UNTRACED: Context = ROOT_CONTEXT.setValue(SUPPRESS_TRACING, true);

/** Runs what sends telemetry out: neither a span is made of it, nor does it carry the trace of whoever caused it. */
export function untraced<T>(run: () => T): T {
  return context.with(UNTRACED, run);
}
