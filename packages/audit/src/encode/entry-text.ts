import type { EntryText } from '../operation/entry.ts';
import { PersonalValue } from '../subjects/personal.ts';
import { isSealed } from '../subjects/sealed-text.ts';
import type { EncodeCall } from './call.ts';
import { kindOf } from './kind.ts';
import type { EncodeTools } from './tools.ts';

/**
 * A text, or the text of a person, of the field where the call stands, or of the `key` below it; `undefined` where there is
 * none, or it is no text, which is a problem. A path for redaction that leads to it replaces it whole.
 */
export function entryText(
  tools: EncodeTools,
  value: unknown,
  key: string | undefined,
  isMatched: boolean,
  call: EncodeCall,
): EntryText | undefined {
  if (value === undefined) return undefined;
  if (key === undefined) return readEntryText(tools, value, isMatched, call);
  call.keys.push(key);
  const text = readEntryText(tools, value, isMatched, call);
  call.keys.pop();
  return text;
}

function readEntryText(
  tools: EncodeTools,
  value: unknown,
  isMatched: boolean,
  call: EncodeCall,
): EntryText | undefined {
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

/** A text that belongs to nobody, of the `key` below where the call stands. */
export function plainText(
  tools: EncodeTools,
  value: unknown,
  key: string,
  isMatched: boolean,
  call: EncodeCall,
): string | undefined {
  if (value === undefined) return undefined;
  let text: string | undefined;
  call.keys.push(key);
  if (typeof value === 'string') {
    text = isMatched ? tools.settings.replacement : tools.cleanText(value, call);
  } else {
    complain(call, value instanceof PersonalValue ? 'a personal value' : kindOf(value), 'a text');
  }
  call.keys.pop();
  return text;
}

/** The same of a text that must be there, and say something. */
export function requiredText(
  tools: EncodeTools,
  value: unknown,
  key: string,
  isMatched: boolean,
  call: EncodeCall,
): string {
  if (typeof value === 'string' && value !== '') return plainText(tools, value, key, isMatched, call) ?? '';
  const found = value instanceof PersonalValue ? 'a personal value' : kindOf(value);
  call.complain({ path: call.pathTo(key), found, expected: 'a text that is not empty' });
  return '';
}

function complain(call: EncodeCall, found: string, expected: string): void {
  call.complain({ path: call.path(), found, expected });
}
