import type { Attributes, AttributeValue } from '@opentelemetry/api';
import { describeValue, tell } from '@org/instrument-core';
import { sayUnreadable } from './attributes.ts';

/**
 * Attributes of the event `exception` (semantic conventions, "Exceptions on spans"); `undefined` for what has neither name
 * nor message, which is said. Never throws: what was thrown may be anything, with getters that throw once more.
 */
export function exceptionAttributes(exception: unknown): Attributes | undefined {
  const isText = typeof exception === 'string';
  const type = isText ? undefined : textOf(exception, 'code') || partOf(exception, 'name');
  const message = isText ? exception : partOf(exception, 'message');
  if (!type && !message) {
    tell(
      'warn',
      `An exception was not recorded, it has neither name nor message: ${describeValue(exception)}`,
    );
    return undefined;
  }
  const stack = partOf(exception, 'stack');
  return {
    ...(type && { 'exception.type': type }),
    ...(message && { 'exception.message': message }),
    ...(stack && { 'exception.stacktrace': stack }),
  };
}

function textOf(exception: unknown, key: string): string | undefined {
  const part = partOf(exception, key);
  try {
    return part ? String(part) : undefined;
  } catch (error) {
    sayUnreadable(error);
    return undefined;
  }
}

function partOf(exception: unknown, key: string): AttributeValue | undefined {
  try {
    return (exception as Record<string, AttributeValue> | null | undefined)?.[key];
  } catch (error) {
    sayUnreadable(error);
    return undefined;
  }
}
