import { fitsInt64 } from './bits.ts';
import type { ProtoWriter } from './proto-writer.ts';

// Fields of common.proto (opentelemetry-proto v1).
const KEY_VALUE = { key: 1, value: 2 } as const;
const ANY_VALUE = { string: 1, bool: 2, int: 3, double: 4, array: 5, keyValueList: 6, bytes: 7 } as const;
/** `ArrayValue.values` and `KeyValueList.values`. */
const VALUES = 1;

/**
 * Writes attributes as a repeated `KeyValue`. A whole number is an `int_value` and any other a `double_value`, as
 * otlp-transformer has it; what has no form in OTLP is a key with an empty value.
 */
export function writeAttributes(writer: ProtoWriter, field: number, attributes: object | undefined): void {
  if (attributes === undefined) return;
  const keys = Object.keys(attributes);
  for (let i = keys.length - 1; i >= 0; i--) {
    const key = keys[i] as string;
    const mark = writer.length;
    writeAnyValue(writer, KEY_VALUE.value, (attributes as Record<string, unknown>)[key]);
    writer.string(KEY_VALUE.key, key);
    writer.message(field, mark);
  }
}

function writeAnyValue(writer: ProtoWriter, field: number, value: unknown): void {
  const mark = writer.length;
  switch (typeof value) {
    case 'string':
      writer.string(ANY_VALUE.string, value);
      break;
    case 'boolean':
      writer.varint(ANY_VALUE.bool, value ? 1 : 0);
      break;
    case 'number':
      if (Number.isInteger(value) && fitsInt64(value)) writer.varint(ANY_VALUE.int, value);
      else writer.double(ANY_VALUE.double, value);
      break;
    case 'object':
      if (value !== null) writeComposite(writer, value);
      break;
  }
  writer.message(field, mark);
}

function writeComposite(writer: ProtoWriter, value: object): void {
  if (value instanceof Uint8Array) {
    writer.bytes(ANY_VALUE.bytes, value);
    return;
  }
  const mark = writer.length;
  if (Array.isArray(value)) {
    for (let i = value.length - 1; i >= 0; i--) writeAnyValue(writer, VALUES, value[i]);
    writer.message(ANY_VALUE.array, mark);
  } else {
    writeAttributes(writer, VALUES, value);
    writer.message(ANY_VALUE.keyValueList, mark);
  }
}
