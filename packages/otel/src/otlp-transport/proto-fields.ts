/** One field of a protobuf message: a number, or the bytes of anything longer. */
interface Field {
  readonly number: number;
  readonly value: number | Uint8Array;
}

/** The bytes of each field of that number. Throws where the message cannot be read. */
export function bytesOf(message: Uint8Array, number: number): Uint8Array[] {
  return [...fieldsOf(message)]
    .filter((field) => field.number === number)
    .flatMap(({ value }) => (typeof value === 'number' ? [] : [value]));
}

/** The first number in a field of that number, or 0, which is not written. Throws where the message cannot be read. */
export function numberOf(message: Uint8Array, number: number): number {
  for (const field of fieldsOf(message)) {
    if (field.number === number && typeof field.value === 'number') return field.value;
  }
  return 0;
}

/**
 * The fields of a message (protobuf, "Encoding"): varints and what has a length; the few answers of receivers that are read here
 * need no others.
 */
function* fieldsOf(message: Uint8Array): Generator<Field, void, void> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = message[at++];
      if (byte === undefined) throw new RangeError('The message ends within a number');
      value += (byte & 0x7f) * shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < message.length) {
    const key = varint();
    const [number, wireType] = [Math.floor(key / 8), key % 8];
    if (wireType === 0) {
      yield { number, value: varint() };
    } else if (wireType === 2) {
      const end = varint() + at;
      if (end > message.length) throw new RangeError('The message ends within a field');
      yield { number, value: message.subarray(at, end) };
      at = end;
    } else {
      throw new RangeError(`A field of wire type ${wireType} is not expected`);
    }
  }
}
