import type { SpanReference } from '../operation/operation.ts';
import type { EncodeCall } from './call.ts';
import { isList, kindOf } from './kind.ts';
import { tellUnknownKeys } from './known-keys.ts';
import type { EncodeTools } from './tools.ts';

/** W3C trace context, 3.2.2.3 and 3.2.2.4: ids of nothing but zeros are none. */
const TRACE_ID = /^(?!0{32})[0-9a-f]{32}$/;
const SPAN_ID = /^(?!0{16})[0-9a-f]{16}$/;
const KEYS: ReadonlySet<string> = new Set(['traceId', 'spanId']);

/** Whether it is a trace id as it stands in an entry. */
export function isTraceId(value: unknown): value is string {
  return typeof value === 'string' && TRACE_ID.test(value);
}

/** Whether it is a span id as it stands in an entry. */
export function isSpanId(value: unknown): value is string {
  return typeof value === 'string' && SPAN_ID.test(value);
}

/** A trace id that was given, in lower case. */
export function traceIdOf(value: unknown, path: string, call: EncodeCall): string | undefined {
  return idOf(value, TRACE_ID, path, '32 hexadecimal digits, not all of them 0', call);
}

/** A span id that was given, in lower case. */
export function spanIdOf(value: unknown, path: string, call: EncodeCall): string | undefined {
  return idOf(value, SPAN_ID, path, '16 hexadecimal digits, not all of them 0', call);
}

function idOf(
  value: unknown,
  form: RegExp,
  path: string,
  expected: string,
  call: EncodeCall,
): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'string' && value.length <= 32) {
    const lower = value.toLowerCase();
    if (form.test(lower)) return lower;
  }
  call.complain({ path, found: kindOf(value), expected });
  return undefined;
}

/** A trace and a span together, of the `key` below where the call stands. */
export function spanReferenceOf(
  tools: EncodeTools,
  given: unknown,
  key: string,
  call: EncodeCall,
): SpanReference | undefined {
  call.keys.push(key);
  const reference = readSpanReference(tools, given, call);
  call.keys.pop();
  return reference;
}

function readSpanReference(tools: EncodeTools, given: unknown, call: EncodeCall): SpanReference | undefined {
  const path = call.path();
  if (typeof given !== 'object' || given === null || isList(given)) {
    call.complain({ path, found: kindOf(given), expected: '{ traceId, spanId }' });
    return undefined;
  }
  const { traceId, spanId } = given as Partial<Record<keyof SpanReference, unknown>>;
  tellUnknownKeys(tools, given, KEYS, call);
  return {
    spanId: spanIdOf(spanId ?? null, `${path}.spanId`, call) ?? '',
    traceId: traceIdOf(traceId ?? null, `${path}.traceId`, call) ?? '',
  };
}
