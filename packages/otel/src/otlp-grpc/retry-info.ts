import { bytesOf, numberOf } from '../otlp-transport/proto-fields.ts';

/** Field numbers of `google.rpc.Status`, `google.protobuf.Any`, `google.rpc.RetryInfo` and `google.protobuf.Duration`. */
const STATUS_DETAILS = 3;
const ANY_TYPE_URL = 1;
const ANY_VALUE = 2;
const RETRY_DELAY = 1;
const DURATION_SECONDS = 1;
const DURATION_NANOS = 2;

const RETRY_INFO = 'google.rpc.RetryInfo';

/**
 * Milliseconds after which a receiver wants to be asked again: the `RetryInfo` among the details of a status, which
 * gRPC sends as `grpc-status-details-bin` (OTLP specification, "OTLP/gRPC Throttling"). `undefined` when there is none, or
 * nothing that can be read.
 */
export function retryInfoMillis(details: Uint8Array): number | undefined {
  try {
    for (const detail of bytesOf(details, STATUS_DETAILS)) {
      const [type] = bytesOf(detail, ANY_TYPE_URL);
      if (type === undefined || !Buffer.from(type).toString().endsWith(`/${RETRY_INFO}`)) continue;
      const [info = new Uint8Array()] = bytesOf(detail, ANY_VALUE);
      const [delay = new Uint8Array()] = bytesOf(info, RETRY_DELAY);
      return numberOf(delay, DURATION_SECONDS) * 1_000 + numberOf(delay, DURATION_NANOS) / 1e6;
    }
  } catch {
    // What cannot be read asks for nothing.
  }
  return undefined;
}
