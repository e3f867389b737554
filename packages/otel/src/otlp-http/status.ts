import { isRetryableStatus, retryAfterMillis } from './retry.ts';

/** An export that was answered with a status other than those of success. */
export class HttpStatusError extends Error {
  /** That of the SDK's error, which its metrics show as `error.type`. */
  override readonly name = 'OTLPExporterError';
  /** The status. */
  readonly code: number;
  /** What the receiver said. */
  readonly data: string;
  /** Whether the same data may be sent again. */
  readonly isRetryable: boolean;
  /** What the receiver asked us to wait; `undefined` when it asked for nothing. */
  readonly waitMillis: number | undefined;

  constructor({
    status,
    message,
    body,
    retryAfter,
  }: {
    readonly status: number;
    readonly message: string;
    readonly body: string;
    readonly retryAfter: string | undefined;
  }) {
    super(message);
    this.code = status;
    this.data = body;
    this.isRetryable = isRetryableStatus(status);
    this.waitMillis = retryAfterMillis(retryAfter);
  }
}
