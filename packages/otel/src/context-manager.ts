import { type Context, ProxyTracer, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';

/** Key of the flag that `suppressTracing` of `@opentelemetry/core` sets; keys are registered symbols. */
const SUPPRESS_TRACING = Symbol.for('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

/**
 * The SDK's context manager, less contexts that nobody can tell from none.
 *
 * Up to Node.js 22, the first context that is made active turns on hooks on every promise of the process, for good:
 * a bare `await` costs five times as much from then on. Exporters and resource detectors make one active all the time,
 * whose only content is that their own requests are not to be traced. While there is no tracer, that says nothing, and
 * the function is called as it is.
 */
export class LazyContextManager extends AsyncLocalStorageContextManager {
  override with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    context: Context,
    fn: F,
    thisArg?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F> {
    if (saysNothing(context) && this.active() === ROOT_CONTEXT) return fn.call(thisArg, ...args);
    return super.with(context, fn, thisArg, ...args);
  }
}

/** Whether the context says only that nothing is to be traced, and nothing would be. */
function saysNothing(context: Context): boolean {
  if (context.getValue(SUPPRESS_TRACING) !== true || hasTracer()) return false;
  // The API has no way to list what a context holds, so this looks inside; where it cannot, the context is kept.
  const values = (context as { _currentContext?: unknown })._currentContext;
  return values instanceof Map && values.size === 1;
}

/** Until a tracer provider is registered, the API hands out tracers that wait for one. */
function hasTracer(): boolean {
  return !(trace.getTracer('') instanceof ProxyTracer);
}
