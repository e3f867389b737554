import { GrpcStatusError } from './otlp-grpc/status.ts';
import { isRetryableError } from './otlp-http/retry.ts';
import { HttpStatusError } from './otlp-http/status.ts';
import type { Resend } from './span-queue/span-queue.ts';

/**
 * What a failed export says about its data: `kept` when it was never judged, so that the same data may well be taken
 * later; `refused` when it will not be; `doubtful` when the receiver broke down over it, for whatever reason.
 */
export type Fate = 'kept' | 'refused' | 'doubtful';

/**
 * Statuses that speak of the client or the moment, not of the data: who it is (401, 403, 407), where it asked (404, 405,
 * redirects), when (408, 429) or by which way (502, 503, 504).
 */
const KEPT_STATUSES: ReadonlySet<number> = new Set([401, 403, 404, 405, 407, 408, 429, 502, 503, 504]);

/** The same of gRPC: those that may be retried, and not found, permission denied, unimplemented, unauthenticated. */
const KEPT_GRPC_STATUSES: ReadonlySet<number> = new Set([1, 4, 5, 7, 10, 11, 12, 14, 15, 16]);
const GRPC_INVALID_ARGUMENT = 3;
/** HTTP has statuses from here on, gRPC up to 16. */
const LEAST_HTTP_STATUS = 100;

/**
 * Judges by the status that the receiver answered with, if there is one (`code` of the error or of its cause). What gRPC lets
 * be sent again is kept: `RESOURCE_EXHAUSTED`, of a receiver that throttles, only with a `RetryInfo`.
 */
export function fateOf(error: unknown): Fate {
  if (isRetryable(error)) return 'kept';
  const status = statusOf(error);
  if (status === undefined) return 'kept';
  if (status < LEAST_HTTP_STATUS) {
    if (KEPT_GRPC_STATUSES.has(status)) return 'kept';
    return status === GRPC_INVALID_ARGUMENT ? 'refused' : 'doubtful';
  }
  if (status < 400 || KEPT_STATUSES.has(status)) return 'kept';
  return status < 500 ? 'refused' : 'doubtful';
}

/**
 * Whether data whose export was given up may be sent again as it is: the receiver was not there, or said that it may be sent
 * again. Not when it has not answered: whoever hangs may have it, and would be given the same over and over.
 */
export function resendOf(error: unknown): Resend | undefined {
  for (let each = error; each instanceof Error; each = each.cause) {
    if (each instanceof GrpcStatusError && each.status === 'DEADLINE_EXCEEDED') return undefined;
    if (each instanceof GrpcStatusError || each instanceof HttpStatusError)
      return each.isRetryable ? each : undefined;
    if (isRetryableError(each)) return {};
  }
  return undefined;
}

/** Whether nobody was there to take it, which may be over soon: it has said nothing itself. */
export function isAbsent(error: unknown): boolean {
  for (let each = error; each instanceof Error; each = each.cause) {
    if (each instanceof GrpcStatusError)
      return each.status === 'UNAVAILABLE' && each.waitMillis === undefined;
    if (isRetryableError(each)) return true;
  }
  return false;
}

function isRetryable(error: unknown): boolean {
  for (let each = error; each instanceof Error; each = each.cause) {
    if (each instanceof GrpcStatusError) return each.isRetryable;
  }
  return false;
}

function statusOf(error: unknown): number | undefined {
  for (let each = error; each instanceof Error; each = each.cause) {
    const { code } = each as { code?: unknown };
    if (typeof code === 'number') return code;
  }
  return undefined;
}
