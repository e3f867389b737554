import { type ContextManager, context, propagation, type TextMapPropagator } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import type { OtelOptions } from './options.ts';

/**
 * Registers the context manager and the propagators, whether or not there is tracing: contexts are passed on even by
 * a service that records nothing. Until the first `context.with` the context manager costs nothing. Returns the
 * function that takes out what was registered.
 */
export function startPropagation(
  names: OtelOptions['propagators'] = ['tracecontext', 'baggage'],
): () => void {
  const manager: ContextManager = new AsyncLocalStorageContextManager().enable();
  const isManaged = context.setGlobalContextManager(manager);
  if (!isManaged) manager.disable();
  const propagators = names.flatMap((name): TextMapPropagator[] => {
    if (typeof name === 'object') return [name];
    if (name === 'tracecontext') return [new W3CTraceContextPropagator()];
    return name === 'baggage' ? [new W3CBaggagePropagator()] : [];
  });
  const isPropagated = propagation.setGlobalPropagator(new CompositePropagator({ propagators }));
  return () => {
    if (isPropagated) propagation.disable();
    if (isManaged) context.disable();
  };
}
