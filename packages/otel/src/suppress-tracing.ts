import { type Context, ROOT_CONTEXT } from '@opentelemetry/api';

/** Key of the flag that `suppressTracing` of `@opentelemetry/core` sets; keys are registered symbols. */
export const SUPPRESS_TRACING: symbol = Symbol.for('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

/** The context of exports: their own requests are not traced, whoever asked for them. */
export const UNTRACED: Context = ROOT_CONTEXT.setValue(SUPPRESS_TRACING, true);
