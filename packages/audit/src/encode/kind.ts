import { counted } from '@org/instrument-core';

/** What a value is, without what it says: problems are told before anything is redacted. Never throws. */
export function kindOf(value: unknown): string {
  switch (typeof value) {
    case 'undefined':
      return 'nothing';
    case 'string':
      return value === '' ? 'an empty text' : `a text of ${counted(value.length, 'character')}`;
    case 'number':
      return Number.isFinite(value) ? numberKind(value) : String(value);
    case 'object':
      return value === null ? 'null' : isList(value) ? 'a list' : 'an object';
    default:
      return `a ${typeof value}`;
  }
}

function numberKind(value: number): string {
  return value < 0
    ? 'a negative number'
    : Number.isInteger(value)
      ? 'an integer'
      : 'a number with a fraction';
}

/** Whether it is an array; a revoked proxy refuses to tell. */
export function isList(value: unknown): value is readonly unknown[] {
  try {
    return Array.isArray(value);
  } catch {
    return false;
  }
}
