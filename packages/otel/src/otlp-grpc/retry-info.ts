/** Field numbers of `google.rpc.Status`, `google.protobuf.Any`, `google.rpc.RetryInfo` and `google.protobuf.Duration`. */
const STATUS_DETAILS = 3;
const ANY_TYPE_URL = 1;
const ANY_VALUE = 2;
const RETRY_DELAY = 1;
const DURATION_SECONDS = 1;
const DURATION_NANOS = 2;

const RETRY_INFO = 'google.rpc.RetryInfo';

/** One field of a protobuf message: a number, or the bytes of anything longer. */
interface Field {
  readonly number: number;
  readonly value: number | Uint8Array;
}

/**
 * Milliseconds after which a receiver wants to be asked again: the `RetryInfo` among the details of a status, which
 * gRPC sends as `grpc-status-details-bin` (OTLP specification, "OTLP/gRPC Throttling"). `undefined` when there is none, or
 * nothing that can be read.
 */
export function retryInfoMillis(details: Uint8Array): number | undefined {
  try {
    for (const detail of nested(details, STATUS_DETAILS)) {
      const [type] = nested(detail, ANY_TYPE_URL);
      if (type === undefined || !Buffer.from(type).toString().endsWith(`/${RETRY_INFO}`)) continue;
      const [info = new Uint8Array()] = nested(detail, ANY_VALUE);
      const [delay = new Uint8Array()] = nested(info, RETRY_DELAY);
      return numberOf(delay, DURATION_SECONDS) * 1_000 + numberOf(delay, DURATION_NANOS) / 1e6;
    }
  } catch {
    // What cannot be read asks for nothing.
  }
  return undefined;
}

function nested(message: Uint8Array, number: number): Uint8Array[] {
  return [...fieldsOf(message)]
    .filter((field) => field.number === number)
    .flatMap(({ value }) => (typeof value === 'number' ? [] : [value]));
}

function numberOf(message: Uint8Array, number: number): number {
  for (const field of fieldsOf(message)) {
    if (field.number === number && typeof field.value === 'number') return field.value;
  }
  return 0;
}

/** The fields of a message (protobuf, "Encoding"): varints and what has a length; a delay needs no others. */
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
      yield { number, value: message.subarray(at, end) };
      at = end;
    } else {
      throw new RangeError(`A field of wire type ${wireType} is not expected`);
    }
  }
}
