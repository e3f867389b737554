import { grouped, reportFault } from '@org/instrument-core';
import type { EncoderSettings } from './settings.ts';

/** Takes note of a change. */
export interface Adjusting {
  adjust(what: string): void;
}

/** Makes a text redacted, short and well formed. */
export type TextCleaner = (text: string, call: Adjusting) => string;

/**
 * Patterns see that much of a text beyond what is kept of it: what begins in what is kept is found whole, unless it is
 * longer, and a text of any length takes bounded time.
 */
const PATTERN_REACH = 65_536;

export function createTextCleaner(settings: EncoderSettings): TextCleaner {
  const { maxTextLength, redactText, replacement } = settings;
  const reach = maxTextLength + PATTERN_REACH;
  return (text, call) => {
    const isBeyondReach = text.length > reach;
    let kept = text;
    if (redactText !== undefined) {
      try {
        // Where much is replaced by little, what is near the end of what patterns see would come into what is kept.
        kept = isBeyondReach
          ? redactText(text.slice(0, reach), lengthOfCut(text, maxTextLength))
          : redactText(text);
      } catch (fault) {
        // A pattern that ran out of stack: what it would have found is not known.
        reportFault('audit', 'redacting a text', fault);
        call.adjust('a text could not be redacted and was replaced');
        return replacement;
      }
    }
    if (kept.length > maxTextLength || isBeyondReach) {
      kept = kept.slice(0, lengthOfCut(kept, maxTextLength));
      call.adjust(`cut from ${grouped(text.length)} to ${grouped(kept.length)} characters`);
    }
    if (kept.isWellFormed()) return kept;
    call.adjust('lone surrogates were replaced');
    return kept.toWellFormed();
  };
}

/** Length of the beginning of a text that is kept; no pair of surrogates is torn. */
function lengthOfCut(text: string, length: number): number {
  if (text.length <= length) return text.length;
  const last = text.charCodeAt(length - 1);
  const next = text.charCodeAt(length);
  const isTorn = last >= 0xd800 && last <= 0xdbff && next >= 0xdc00 && next <= 0xdfff;
  return isTorn ? length - 1 : length;
}
