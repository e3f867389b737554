/** What is known of a delivery that failed. */
export interface DeliveryErrorOptions {
  /** Trying again cannot help: the receiver said that it will never take this. Default `false`. */
  readonly permanent?: boolean | undefined;
  /** The receiver asked to be left alone for that long; holds for the whole channel. Milliseconds. */
  readonly retryAfterMillis?: number | undefined;
  /** Status of an HTTP answer, or the reply code of SMTP. */
  readonly status?: number | undefined;
  readonly cause?: unknown | undefined;
}

/** A delivery failed. The message holds no secret: it goes to logs, events and the dead-letter file. */
export class DeliveryError extends Error {
  override readonly name = 'DeliveryError';
  readonly permanent: boolean;
  readonly retryAfterMillis: number | undefined;
  readonly status: number | undefined;

  constructor(message: string, options: DeliveryErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.permanent = options.permanent ?? false;
    this.retryAfterMillis = options.retryAfterMillis;
    this.status = options.status;
  }
}
