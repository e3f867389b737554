import type { Json } from '../notification.ts';
import type { Payload } from './reading.ts';

/** Text of a field that is not empty. */
export function textOf(payload: Payload | undefined, key: string): string | undefined {
  const value = payload?.[key];
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

export function numberOf(payload: Payload | undefined, key: string): number | undefined {
  const value = payload?.[key];
  return typeof value === 'number' ? value : undefined;
}

export function objectOf(payload: Payload | undefined, key: string): Payload | undefined {
  const value = payload?.[key];
  return isObject(value) ? value : undefined;
}

/** Texts of a field that is a list. */
export function textsOf(payload: Payload | undefined, key: string): readonly string[] {
  const value = payload?.[key];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** What went wrong, however it is told: as a text, or as an error. */
export function faultOf(payload: Payload): string | undefined {
  for (const key of ['error', 'reason', 'cause', 'message']) {
    const text = textOf(payload, key) ?? messageOf(payload[key]);
    if (text !== undefined) return text;
  }
  return undefined;
}

/** Message of an error, with its name where that says something. */
export function messageOf(error: Json | undefined): string | undefined {
  if (!isObject(error)) return undefined;
  const message = textOf(error, 'message');
  const name = textOf(error, 'name') ?? textOf(error, 'type');
  if (message === undefined || name === undefined || name === 'Error' || message.startsWith(name)) {
    return message ?? name;
  }
  return `${name}: ${message}`;
}

function isObject(value: unknown): value is Payload {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
