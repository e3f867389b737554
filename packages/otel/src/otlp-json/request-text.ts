import { fitsInt64 } from '../protobuf/bits.ts';

/** In a text of JSON: what may stand for a number that JSON does not have, and what is an integer of 18 digits or more. */
const DOUBTFUL = /null|"(?:intValue|asInt)":-?(?:\d{18}|[\d.]+e)/;
/** Fields of `int64`, and the fields of `double` beside them that take what is beyond (opentelemetry-proto v1). */
const DOUBLE_FIELDS = { intValue: 'doubleValue', asInt: 'asDouble' } as const;

/**
 * An OTLP request as text, with the numbers that JSON does not have as ProtoJSON writes them: `"NaN"`, `"Infinity"`,
 * `"-Infinity"`. `JSON.stringify` makes each of them `null`, for which a receiver refuses the whole request; as it does for
 * an integer that `int64` does not hold, which becomes a `double`. One that it holds is written with all its digits, as a
 * text, as ProtoJSON does: JavaScript rounds those of -2^63 to a number below.
 */
export function requestText(request: object): string {
  const text = JSON.stringify(request);
  // A replacer is called for every value there is: that takes as long again.
  return DOUBTFUL.test(text) ? JSON.stringify(request, protoJson) : text;
}

function protoJson(_key: string, value: unknown): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value !== 'object' || value === null) return value;
  for (const [field, double] of Object.entries(DOUBLE_FIELDS)) {
    const integer = (value as Record<string, unknown>)[field];
    if (typeof integer !== 'number' || Math.abs(integer) <= Number.MAX_SAFE_INTEGER) continue;
    if (fitsInt64(integer)) return { ...value, [field]: String(BigInt(integer)) };
    const { [field]: _, ...others } = value as Record<string, unknown>;
    return { ...others, [double]: integer };
  }
  return value;
}
