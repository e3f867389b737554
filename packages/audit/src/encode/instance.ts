import { types } from 'node:util';
import { errorTypeOf, grouped } from '@org/instrument-core';
import type { JsonValue } from '../operation/entry.ts';
import type { PathState } from '../redact/path-matcher.ts';
import { PersonalValue } from '../subjects/personal.ts';
import { cleanBytes, isBytes } from './bytes.ts';
import type { EncodeCall } from './call.ts';
import { cleanFields, cleanItems, MAX_WIDTH } from './containers.ts';
import { errorMessage, isErrorLike } from './error-message.ts';
import type { EncodeTools } from './tools.ts';

/**
 * An object that is more than its fields, or has a `toJSON`. What it is told by the engine, not by properties that may
 * be anyone's, and read with the methods of the language, not with its own. May throw what its own code throws.
 */
export function cleanInstance(
  tools: EncodeTools,
  value: object,
  state: PathState | undefined,
  call: EncodeCall,
): JsonValue | undefined {
  if (value instanceof PersonalValue) return sealed(tools, value, state, call);
  if (types.isDate(value)) return cleanDate(value, call);
  if (isErrorLike(value)) return cleanError(tools, value, state, call);
  if (types.isMap(value)) return cleanMap(tools, value, state, call);
  if (types.isSet(value)) {
    call.adjust('a Set was written as a list');
    return cleanItems(tools, firstOf(Set.prototype.values.call(value), sizeOf(value), call), state, call);
  }
  if (isBytes(value)) return cleanBytes(value, call);
  if (types.isTypedArray(value)) {
    call.adjust('a typed array was written as a list');
    return cleanItems(tools, value as unknown as ArrayLike<unknown>, state, call);
  }
  if (types.isRegExp(value)) {
    call.adjust('a RegExp was written as text');
    return tools.cleanText(RegExp.prototype.toString.call(value), call);
  }
  if (types.isBoxedPrimitive(value)) return tools.cleanValue(unboxed(value), state, call);
  return cleanOther(tools, value, state, call);
}

function sealed(
  tools: EncodeTools,
  value: PersonalValue,
  state: PathState | undefined,
  call: EncodeCall,
): JsonValue | undefined {
  const result = tools.seal(value, state, call);
  return typeof result === 'object' ? { $sealed: result.$sealed, subject: result.subject } : result;
}

function cleanOther(
  tools: EncodeTools,
  value: object,
  state: PathState | undefined,
  call: EncodeCall,
): JsonValue | undefined {
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === 'function') {
    const json: unknown = toJSON.call(value, String(call.keys.at(-1) ?? ''));
    // One that returns a new object with a `toJSON` each time ends with the depth.
    if (json !== value) return tools.cleanValue(json, state, call);
  }
  if (Array.isArray(value)) return cleanItems(tools, value, state, call);
  const fields = cleanFields(tools, value, state, call);
  const isPlain = Object.getPrototypeOf(value) === Object.prototype;
  if (!isPlain && Object.keys(fields).length === 0) call.adjust('an object without fields says nothing');
  return fields;
}

function cleanDate(value: Date, call: EncodeCall): JsonValue {
  const millis = Date.prototype.getTime.call(value);
  if (!Number.isNaN(millis)) return new Date(millis).toISOString();
  call.adjust('null stands for an invalid date');
  return null;
}

function cleanError(
  tools: EncodeTools,
  error: object,
  state: PathState | undefined,
  call: EncodeCall,
): JsonValue | undefined {
  call.adjust('an error was written as its type and message');
  return cleanFields(tools, { type: errorTypeOf(error), message: errorMessage(error) }, state, call);
}

function cleanMap(
  tools: EncodeTools,
  map: ReadonlyMap<unknown, unknown>,
  state: PathState | undefined,
  call: EncodeCall,
): JsonValue {
  call.adjust('a Map was written as an object');
  // Without a prototype, so that a key `__proto__` is one like any other.
  const fields = Object.create(null) as Record<string, unknown>;
  for (const [key, value] of firstOf(Map.prototype.entries.call(map), sizeOf(map), call)) {
    if (typeof key === 'object' || typeof key === 'symbol' || typeof key === 'function') {
      call.adjust('an entry of a Map whose key is no text was left out');
    } else {
      fields[String(key)] = value;
    }
  }
  return cleanFields(tools, fields, state, call);
}

/** The first entries. What follows is not even looked at. */
function firstOf<T>(entries: Iterable<T>, size: number, call: EncodeCall): T[] {
  const first: T[] = [];
  for (const entry of entries) {
    if (first.length === MAX_WIDTH) break;
    first.push(entry);
  }
  if (size > first.length) call.adjust(`cut from ${grouped(size)} to ${grouped(first.length)} entries`);
  return first;
}

const mapSize = Object.getOwnPropertyDescriptor(Map.prototype, 'size')?.get as () => number;
const setSize = Object.getOwnPropertyDescriptor(Set.prototype, 'size')?.get as () => number;

function sizeOf(value: ReadonlyMap<unknown, unknown> | ReadonlySet<unknown>): number {
  return types.isMap(value) ? mapSize.call(value) : setSize.call(value);
}

function unboxed(value: object): unknown {
  if (types.isNumberObject(value)) return Number.prototype.valueOf.call(value);
  if (types.isStringObject(value)) return String.prototype.valueOf.call(value);
  if (types.isBooleanObject(value)) return Boolean.prototype.valueOf.call(value);
  if (types.isBigIntObject(value)) return BigInt.prototype.valueOf.call(value);
  return Symbol.prototype.valueOf.call(value as unknown as symbol);
}
