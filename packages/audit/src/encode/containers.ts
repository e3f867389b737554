import { grouped } from '@org/instrument-core';
import { sortKeys } from '../canonical/sort-keys.ts';
import type { JsonObject, JsonValue } from '../operation/entry.ts';
import type { PathState } from '../redact/path-matcher.ts';
import type { EncodeCall } from './call.ts';
import { type EncodeTools, stepTo } from './tools.ts';

/** Items of an array, keys of an object: what is beyond is left out. */
export const MAX_WIDTH = 10_000;

/** The fields of an object, in canonical order; those that cannot be read are left out. */
export function cleanFields(
  tools: EncodeTools,
  source: object,
  state: PathState | undefined,
  call: EncodeCall,
): JsonObject {
  const keys = Object.keys(source);
  if (keys.length > MAX_WIDTH) {
    call.adjust(`cut from ${grouped(keys.length)} to ${grouped(MAX_WIDTH)} keys`);
    keys.length = MAX_WIDTH;
  }
  sortKeys(keys);
  const fields: Record<string, JsonValue> = {};
  let hasRenamed = false;
  let lastNumber = 0;
  for (const key of keys) {
    if (isExhausted(call)) break;
    const facts = tools.readKey(key);
    call.keys.push(facts.text);
    if (facts.isDropped) {
      call.adjust('a key that could change a prototype was left out');
    } else {
      const value = cleanField(tools, source, key, stepTo(tools, state, facts), call);
      if (value !== undefined) {
        let name = facts.text;
        if (facts.isIrregular) {
          call.isIrregular = true;
          for (const what of facts.changes) call.adjust(what);
          hasRenamed ||= facts.isChanged;
        }
        // Keys that were different may have become the same.
        if (hasRenamed && Object.hasOwn(fields, name)) {
          lastNumber = unusedNumber(fields, name, lastNumber + 1);
          name = numbered(name, lastNumber);
        }
        call.budget -= name.length;
        fields[name] = value;
      }
    }
    call.keys.pop();
  }
  return fields;
}

/**
 * The first number that makes a name one that is not taken. It is never looked for from 1 again: each that is passed over
 * is another key of the object.
 */
function unusedNumber(fields: object, name: string, from: number): number {
  let number = from;
  while (Object.hasOwn(fields, numbered(name, number))) number++;
  return number;
}

function numbered(name: string, number: number): string {
  return `${name} (${number})`;
}

function cleanField(
  tools: EncodeTools,
  source: object,
  key: string | number,
  state: PathState | undefined,
  call: EncodeCall,
): JsonValue | undefined {
  if (state?.isMatch) return tools.settings.replacement;
  let value: unknown;
  try {
    value = (source as Record<string | number, unknown>)[key];
  } catch {
    call.adjust('what throws when it is read was left out');
    return undefined;
  }
  return tools.cleanValue(value, state, call);
}

/** The items of an array; `null` stands for those that are left out, as in JSON. */
export function cleanItems(
  tools: EncodeTools,
  source: ArrayLike<unknown>,
  state: PathState | undefined,
  call: EncodeCall,
): JsonValue[] {
  const items: JsonValue[] = [];
  // Read once: it may be a proxy's.
  const { length } = source;
  const size = Math.min(length, MAX_WIDTH);
  for (let i = 0; i < size; i++) {
    if (isExhausted(call)) break;
    call.keys.push(i);
    const below = state === undefined ? undefined : tools.settings.paths.step(state, String(i));
    const value = cleanField(tools, source, i, below, call);
    if (value === undefined) call.adjust('null stands for what JSON has no value for');
    items.push(value ?? null);
    call.keys.pop();
  }
  if (length > size) call.adjust(`cut from ${grouped(length)} to ${grouped(size)} items`);
  return items;
}

/** Whether so much has been read that it cannot fit. */
function isExhausted(call: EncodeCall): boolean {
  if (call.budget >= 0) return false;
  if (call.budget !== Number.NEGATIVE_INFINITY) {
    call.budget = Number.NEGATIVE_INFINITY;
    call.adjust('the rest was left out, being far more than an entry can hold');
  }
  return true;
}
