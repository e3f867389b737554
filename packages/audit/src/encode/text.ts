import { grouped, reportFault } from '@org/instrument-core';
import { isWellFormed, toWellFormed } from '../canonical/well-formed.ts';
import type { EncoderSettings } from './settings.ts';

/** Takes note of a change. */
export interface Adjusting {
  adjust(what: string): void;
}

/** Makes a text redacted, short and well formed. */
export type TextCleaner = (text: string, call: Adjusting) => string;

/**
 * Patterns see that much of a text beyond what is kept of it: what begins before the cut is found whole, unless it is
 * longer, and a text of any length takes bounded time.
 */
const PATTERN_REACH = 65_536;

export function createTextCleaner(settings: EncoderSettings): TextCleaner {
  const { maxTextLength, redactText, replacement } = settings;
  const reach = maxTextLength + PATTERN_REACH;
  return (text, call) => {
    let kept = text;
    if (redactText !== undefined) {
      try {
        kept = redactText(text.length > reach ? text.slice(0, reach) : text);
      } catch (fault) {
        // A pattern that ran out of stack: what it would have found is not known.
        reportFault('audit', 'redacting a text', fault);
        call.adjust('a text could not be redacted and was replaced');
        return replacement;
      }
    }
    if (kept.length > maxTextLength || text.length > reach) {
      kept = cut(kept, maxTextLength);
      call.adjust(`cut from ${grouped(text.length)} to ${grouped(kept.length)} characters`);
    }
    if (isWellFormed(kept)) return kept;
    call.adjust('lone surrogates were replaced');
    return toWellFormed(kept);
  };
}

/** The beginning of a text; no pair of surrogates is torn. */
function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  const last = text.charCodeAt(length - 1);
  const next = text.charCodeAt(length);
  const isTorn = last >= 0xd800 && last <= 0xdbff && next >= 0xdc00 && next <= 0xdfff;
  return text.slice(0, isTorn ? length - 1 : length);
}
