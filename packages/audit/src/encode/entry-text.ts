import type { EntryText } from '../operation/entry.ts';
import { PersonalValue } from '../subjects/personal.ts';
import { isSealed } from '../subjects/sealed-text.ts';
import type { EncodeCall } from './call.ts';
import { kindOf } from './kind.ts';
import type { EncodeTools } from './tools.ts';

/**
 * A text, or the text of a person, for a field of an entry; `undefined` where there is none, or it is no text, which is a
 * problem. A path for redaction that leads to it replaces it whole.
 */
export function entryText(
  tools: EncodeTools,
  value: unknown,
  field: string,
  isMatched: boolean,
  call: EncodeCall,
): EntryText | undefined {
  if (value === undefined) return undefined;
  call.field = field;
  if (typeof value === 'string') {
    return isMatched ? tools.settings.replacement : tools.cleanText(value, call);
  }
  if (value instanceof PersonalValue) {
    if (typeof value.value === 'string') {
      return isMatched ? tools.settings.replacement : tools.seal(value, undefined, call);
    }
    complain(call, `a personal value of ${kindOf(value.value)}`, 'a text, or a personal value of one');
    return undefined;
  }
  // What the journal takes over from another entry is sealed already.
  if (call.isOwn && isSealed(value)) return { $sealed: value.$sealed, subject: value.subject };
  complain(call, kindOf(value), 'a text, or a personal value of one');
  return undefined;
}

/** A text that belongs to nobody. */
export function plainText(
  tools: EncodeTools,
  value: unknown,
  field: string,
  isMatched: boolean,
  call: EncodeCall,
): string | undefined {
  if (value === undefined) return undefined;
  call.field = field;
  if (typeof value === 'string') {
    return isMatched ? tools.settings.replacement : tools.cleanText(value, call);
  }
  complain(call, value instanceof PersonalValue ? 'a personal value' : kindOf(value), 'a text');
  return undefined;
}

/** The same of a text that must be there, and say something. */
export function requiredText(
  tools: EncodeTools,
  value: unknown,
  field: string,
  isMatched: boolean,
  call: EncodeCall,
): string {
  if (typeof value === 'string' && value !== '') return plainText(tools, value, field, isMatched, call) ?? '';
  call.field = field;
  const found = value instanceof PersonalValue ? 'a personal value' : kindOf(value);
  complain(call, found, 'a text that is not empty');
  return '';
}

function complain(call: EncodeCall, found: string, expected: string): void {
  call.complain({ path: call.path(), found, expected });
}
