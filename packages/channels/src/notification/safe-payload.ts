import type { Json, Notification } from '../notification.ts';
import { SafeValue } from './safe-value.ts';

/** What an event said, as safe, bounded JSON that nothing can change. What is no object stands under `value`. */
export function safePayload(event: string, payload: unknown): Notification['payload'] {
  if (payload === undefined || payload === null) return EMPTY;
  const safe = new SafeValue(event.startsWith('alert.') ? 'labels' : undefined).of(payload);
  return isObject(safe) ? safe : Object.freeze({ value: safe });
}

const EMPTY: Notification['payload'] = Object.freeze({});

function isObject(value: Json): value is { readonly [key: string]: Json | undefined } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
