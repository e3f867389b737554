import type { ServiceError } from '@grpc/grpc-js';
import { retryInfoMillis } from './retry-info.ts';

/** Status codes of gRPC by their numbers (gRPC, "Status codes and their use in gRPC"). */
const NAMES = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
] as const;

/** A status of gRPC. */
export type GrpcStatus = (typeof NAMES)[number];

/** Statuses after which the same data may be sent again (OTLP specification, "OTLP/gRPC Response", "Failures"). */
const RETRYABLE: ReadonlySet<GrpcStatus> = new Set([
  'CANCELLED',
  'DEADLINE_EXCEEDED',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNAVAILABLE',
  'DATA_LOSS',
] as const);

/** What grpc-js makes of an answer that is none of gRPC: a proxy has given it in place of the receiver. */
const HTTP_ANSWER = /^Received HTTP status code (\d{3})$/;

/** An export that ended with a status other than `OK`. */
export class GrpcStatusError extends Error {
  override readonly name = 'GrpcStatusError';
  readonly status: GrpcStatus;
  /** The status of HTTP that a proxy answered with, by which the export is judged as one over HTTP. */
  readonly code: number | undefined;
  /** Whether the same data may be sent again. */
  readonly isRetryable: boolean;
  /** What the receiver asked us to wait; `undefined` when it asked for nothing. */
  readonly waitMillis: number | undefined;

  constructor(
    cause: Pick<ServiceError, 'code' | 'details'> & { readonly metadata?: ServiceError['metadata'] },
  ) {
    const status = NAMES[cause.code] ?? 'UNKNOWN';
    super(`${status}: ${cause.details}`, { cause });
    this.status = status;
    const [, http] = HTTP_ANSWER.exec(cause.details) ?? [];
    this.code = http === undefined ? undefined : Number(http);
    const asked = cause.metadata
      ?.get('grpc-status-details-bin')
      .flatMap((details) => (typeof details === 'string' ? [] : [retryInfoMillis(details)]))
      .find((millis) => millis !== undefined);
    this.waitMillis = asked === undefined || asked <= 0 ? undefined : asked;
    // A receiver that is out of something says so by RetryInfo when that will pass.
    this.isRetryable = RETRYABLE.has(status) || (status === 'RESOURCE_EXHAUSTED' && asked !== undefined);
  }
}
