import type { JsonValue } from '../operation/entry.ts';
import type { PathState } from '../redact/path-matcher.ts';
import type { EncodeCall } from './call.ts';
import { cleanFields, cleanItems } from './containers.ts';
import { cleanInstance } from './instance.ts';
import type { EncodeTools } from './tools.ts';

/** Objects within objects. Data is rarely deeper than six. */
const MAX_DEPTH = 32;
/** Numbers of nine digits and more may be those of persons and cards, and are redacted as text is. */
const TELLING = 100_000_000;
const MAX_BIGINT_BITS = 4_096;

/** A value as JSON can say it, redacted; `undefined`: it is left out. Never throws. */
export function cleanValue(
  tools: EncodeTools,
  value: unknown,
  state: PathState | undefined,
  call: EncodeCall,
): JsonValue | undefined {
  call.budget--;
  switch (typeof value) {
    case 'string': {
      const text = tools.cleanText(value, call);
      call.budget -= text.length;
      return text;
    }
    case 'number':
      return cleanNumber(tools, value, call);
    case 'boolean':
      return value;
    case 'bigint':
      return cleanBigInt(tools, value, call);
    case 'object':
      return value === null ? null : cleanObject(tools, value, state, call);
    case 'undefined':
      return undefined;
    default:
      call.adjust(`a ${typeof value} was left out`);
      return undefined;
  }
}

function cleanNumber(tools: EncodeTools, value: number, call: EncodeCall): JsonValue {
  if (!Number.isFinite(value)) {
    call.adjust('a number that JSON does not have was written as text');
    return String(value);
  }
  const { redactText } = tools.settings;
  if (redactText !== undefined && (value >= TELLING || value <= -TELLING)) {
    const text = String(value);
    const redacted = tools.cleanText(text, call);
    if (redacted !== text) return redacted;
  }
  // What is read back from "-0" is 0.
  return value === 0 ? 0 : value;
}

function cleanBigInt(tools: EncodeTools, value: bigint, call: EncodeCall): JsonValue {
  call.adjust('a BigInt was written as text');
  if (BigInt.asIntN(MAX_BIGINT_BITS, value) !== value) return '[too large]';
  return tools.cleanText(String(value), call);
}

function cleanObject(
  tools: EncodeTools,
  value: object,
  state: PathState | undefined,
  call: EncodeCall,
): JsonValue | undefined {
  if (call.open.includes(value)) {
    call.adjust('a cycle was replaced');
    return '[cycle]';
  }
  const depth = call.open.length;
  if (depth >= MAX_DEPTH) {
    call.adjust('what is nested too deeply was replaced');
    return '[too deep]';
  }
  const keys = call.keys.length;
  call.open.push(value);
  try {
    if (Array.isArray(value) && typeof (value as { toJSON?: unknown }).toJSON !== 'function') {
      return cleanItems(tools, value, state, call);
    }
    const prototype: unknown = Object.getPrototypeOf(value);
    const isPlain = prototype === Object.prototype || prototype === null;
    if (isPlain && typeof (value as { toJSON?: unknown }).toJSON !== 'function') {
      return cleanFields(tools, value, state, call);
    }
    return cleanInstance(tools, value, state, call);
  } catch {
    call.keys.length = keys;
    call.adjust('an object that throws when it is read was left out');
    return undefined;
  } finally {
    call.open.length = depth;
  }
}
