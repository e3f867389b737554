import { describeValue, didYouMean } from '@org/instrument-core';
import type { AuditOutcome } from '../operation/operation.ts';
import type { EncodeCall } from './call.ts';
import { kindOf } from './kind.ts';

const OUTCOMES: readonly AuditOutcome[] = ['success', 'failure', 'cancelled', 'denied', 'unknown'];
const MAX_WORD_LENGTH = 32;

/** How it ended; by default by whether there is an error. */
export function encodeOutcome(given: unknown, hasError: boolean, call: EncodeCall): AuditOutcome {
  if (given === undefined) return hasError ? 'failure' : 'success';
  const outcome = OUTCOMES.find((each) => each === given);
  if (outcome !== undefined) return outcome;
  const word = typeof given === 'string' && given.length <= MAX_WORD_LENGTH ? given : undefined;
  const fix = didYouMean(word, OUTCOMES);
  call.complain({
    path: 'outcome',
    found: word === undefined ? kindOf(given) : describeValue(word),
    expected: `one of ${OUTCOMES.join(', ')}`,
    ...(fix === undefined ? {} : { fix }),
  });
  return 'unknown';
}
