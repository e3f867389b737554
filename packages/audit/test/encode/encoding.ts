import { InstrumentError, type Problem } from '@org/instrument-core';
import type { EncodedEntry, EntryFacts } from '../../src/encode/encoder.ts';
import { createEntryEncoder, type JournalEncoder } from '../../src/encode/operation.ts';
import type { EntryEncoderOptions } from '../../src/encode/settings.ts';
import type { EntryContent, JsonObject, SealedValue } from '../../src/operation/entry.ts';
import type { AuditOperation } from '../../src/operation/operation.ts';

export const TIME = '2026-11-25T12:00:00.000Z';
export const FACTS: EntryFacts = {
  time: TIME,
  phase: undefined,
  started: undefined,
  context: undefined,
  traceId: undefined,
  spanId: undefined,
};

/** Keys of persons that only hide: what was sealed can be looked up by number. */
export class HiddenTexts {
  readonly texts: string[] = [];

  seal(subject: string, text: string): SealedValue {
    this.texts.push(text);
    return { $sealed: `sealed-${this.texts.length - 1}`, subject: `pseudonym-of-${[...subject].length}` };
  }
}

export interface Bed {
  readonly encoder: JournalEncoder;
  readonly hidden: HiddenTexts;
  encode(operation: unknown, facts?: Partial<EntryFacts>): EncodedEntry;
  content(operation: unknown, facts?: Partial<EntryFacts>): EntryContent;
  /** The attributes of an entry that has these, and what was changed. */
  attributes(given: unknown): JsonObject | undefined;
  changes(given: unknown): string[];
  problems(operation: unknown, facts?: Partial<EntryFacts>): readonly Problem[];
}

export function createBed(options: Omit<EntryEncoderOptions, 'subjects'> = {}): Bed {
  const hidden = new HiddenTexts();
  const encoder = createEntryEncoder({ ...options, subjects: hidden });
  const encode: Bed['encode'] = (operation, facts) =>
    encoder.encode(operation as AuditOperation, { ...FACTS, ...facts });
  const content: Bed['content'] = (operation, facts) => encode(operation, facts).content;
  return {
    encoder,
    hidden,
    encode,
    content,
    attributes: (attributes) => content({ action: 'a.b', attributes }).attributes,
    changes: (attributes) =>
      (content({ action: 'a.b', attributes }).adjusted ?? []).map(({ path, what }) => `${path}: ${what}`),
    problems: (operation, facts) => refusalOf(() => encode(operation, facts)).problems,
  };
}

/** The refusal that a call ends with. */
export function refusalOf(call: () => unknown): InstrumentError {
  try {
    call();
  } catch (error) {
    if (error instanceof InstrumentError && error.code === 'INSTRUMENT_AUDIT_REFUSED') return error;
    throw error;
  }
  throw new Error('It was not refused');
}
