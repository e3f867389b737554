import { messageOf, textOf } from './message-of.ts';
import { receiverText } from './receiver-text.ts';

/** What to say of a receiver whose exports fail. */
export interface ReceiverWords {
  /** Where the exports go. */
  readonly destination: string;
  /** What the exports carry, and is in no message. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What to look at when an export failed like this, as a sentence. Default: nothing. */
  readonly hint?: (error: Error & { code?: unknown }) => string | undefined;
}

/** A receiver as its exports find it: puts its faults into words, and keeps the last one until something is taken. */
export class Receiver {
  readonly #words: ReceiverWords;
  #lastFault: string | undefined;
  #isAwaited = false;

  constructor(words: ReceiverWords) {
    this.#words = words;
  }

  /** An export was begun. */
  exporting(): void {
    this.#isAwaited = true;
  }

  /** The export was taken. */
  took(): void {
    this.#isAwaited = false;
    this.#lastFault = undefined;
  }

  /** The export failed. Returns why, in words. */
  refused(error: Error): Error {
    this.#isAwaited = false;
    return this.attemptFailed(error);
  }

  /** An attempt failed, and another one may follow. Returns why, in words. */
  attemptFailed(error: Error): Error {
    const described = this.#describe(error);
    this.#lastFault = described.message;
    return described;
  }

  /** Why what is sent there is not delivered: its last fault, or that it has not answered; `undefined` when neither is so. */
  whyLate(): string | undefined {
    if (this.#lastFault !== undefined || !this.#isAwaited) return this.#lastFault;
    return this.#describe(new Error('it has not answered')).message;
  }

  /** The error with the destination; its name stays, since the SDK's own metrics show it as `error.type`. */
  #describe(error: Error & { code?: unknown }): Error {
    const { destination, headers = {}, hint } = this.#words;
    const advice = hint?.(error);
    const status = typeof error.code === 'number' ? ` answered ${error.code}` : '';
    const message = [
      `${destination}${status}: ${messageOf(receiverText(textOf(error), headers))}`,
      ...(advice === undefined ? [] : [advice]),
    ];
    const described = new Error(message.join('. '), { cause: error });
    described.name = error.name;
    return described;
  }
}
