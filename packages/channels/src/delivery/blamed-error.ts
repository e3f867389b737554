import { DeliveryError, type DeliveryErrorOptions } from '../delivery-error.ts';

/**
 * What a failure is about, where it is not what was sent. `sender`: who sends, and how; `recipient`: whom it was for, while the
 * receiver works.
 */
export type Blame = 'sender' | 'recipient';

/** A delivery failed, whatever was to be delivered. */
export class BlamedError extends DeliveryError {
  readonly blame: Blame;

  constructor(message: string, blame: Blame, options: DeliveryErrorOptions) {
    super(message, options);
    this.blame = blame;
  }
}
