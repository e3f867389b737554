import { cutText } from '@org/instrument-core';
import { messageOf } from './message-of.ts';

/** Characters of what is said of one delivery; a receiver's answer may be longer. */
const MAX_REASON_LENGTH = 300;

/** What other rooms have on its way, beside metrics and spans. */
export interface Delivery {
  /** Does not reject. */
  flush(): Promise<unknown>;
  /** Does not reject. */
  shutdown(): Promise<unknown>;
  /** Who keeps it and why, as far as that is known, for when it has not ended in time. */
  whyLate?(): string | undefined;
}

/** What to say of deliveries that have not ended in time. */
export function describeLate(timeoutMillis: number, late: readonly (Delivery | undefined)[]): string {
  const reasons = new Set(late.flatMap((delivery) => delivery?.whyLate?.() ?? []));
  const what = `Not everything could be delivered within ${timeoutMillis} ms`;
  if (reasons.size === 0) return `${what}; is the receiver reachable?`;
  return messageOf(`${what}. ${[...reasons].map((reason) => cutText(reason, MAX_REASON_LENGTH)).join('. ')}`);
}
