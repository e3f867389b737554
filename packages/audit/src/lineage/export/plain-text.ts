import type { EntryText } from '../../operation/entry.ts';

/** Text of an entry where only text can stand: what is sealed is named by the pseudonym of its person. */
export function plainText(text: EntryText): string;
export function plainText(text: EntryText | undefined): string | undefined;
export function plainText(text: EntryText | undefined): string | undefined {
  if (text === undefined || typeof text === 'string') return text;
  // What was revealed may be any JSON value.
  return typeof text.$sealed === 'string' ? `sealed:${text.subject}` : JSON.stringify(text);
}
