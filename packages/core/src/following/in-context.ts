import { type Context, context } from '@opentelemetry/api';
import type { Method } from './overlay.ts';

/** Applies a method in a context, or where we are when it is `undefined`. */
export function applyIn(own: Context | undefined, method: Method, self: unknown, given: unknown[]): unknown {
  if (own === undefined) return Reflect.apply(method, self, given);
  return context.with(own, () => Reflect.apply(method, self, given));
}

/** Runs a step in a context, or where we are when it is `undefined`. */
export function runIn<T>(own: Context | undefined, step: () => T): T {
  return own === undefined ? step() : context.with(own, step);
}
