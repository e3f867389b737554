import { type ContextManager, context, propagation, type TextMapPropagator } from '@opentelemetry/api';
import { sdkCore } from '#sdk';
import { LazyContextManager } from './context-manager.ts';
import type { OtelOptions } from './options.ts';

/**
 * Registers the context manager and the propagators, whether or not there is tracing: contexts are passed on even by
 * a service that records nothing. Until the first `context.with` the context manager costs nothing. Returns the
 * function that takes out what was registered.
 */
export function startPropagation(
  names: OtelOptions['propagators'] = ['tracecontext', 'baggage'],
): () => void {
  const manager: ContextManager = new LazyContextManager().enable();
  const isManaged = context.setGlobalContextManager(manager);
  if (!isManaged) manager.disable();
  const isPropagated = propagation.setGlobalPropagator(createPropagator(names));
  return () => {
    if (isPropagated) propagation.disable();
    if (isManaged) context.disable();
  };
}

/** All propagators as one, made when it is first used. */
function createPropagator(names: NonNullable<OtelOptions['propagators']>): TextMapPropagator {
  let made: TextMapPropagator | undefined;
  const all = (): TextMapPropagator => {
    if (made !== undefined) return made;
    const { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } = sdkCore();
    const propagators = names.flatMap((name): TextMapPropagator[] => {
      if (typeof name === 'object') return [name];
      if (name === 'tracecontext') return [new W3CTraceContextPropagator()];
      return name === 'baggage' ? [new W3CBaggagePropagator()] : [];
    });
    made = new CompositePropagator({ propagators });
    return made;
  };
  return {
    inject: (from, carrier, setter) => all().inject(from, carrier, setter),
    extract: (to, carrier, getter) => all().extract(to, carrier, getter),
    fields: () => all().fields(),
  };
}
