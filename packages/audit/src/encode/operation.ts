import { InstrumentError, reasonOf } from '@org/instrument-core';
import { canonicalJson } from '../canonical/canonical-json.ts';
import type { EntryContent } from '../operation/entry.ts';
import type { AuditOperation } from '../operation/operation.ts';
import { createActionCheck } from './action.ts';
import { EncodeCall } from './call.ts';
import { encodeContent } from './content.ts';
import type { EncodedEntry, EntryEncoder, EntryFacts } from './encoder.ts';
import { encoderProblems } from './encoder-options.ts';
import { fieldPathsOf } from './field-paths.ts';
import { createKeyReader } from './key.ts';
import { isList } from './kind.ts';
import { createSealer } from './personal.ts';
import { noOperation, refusal } from './refusal.ts';
import { type EntryEncoderOptions, encoderSettings } from './settings.ts';
import { fitEntry, fitsIn } from './size.ts';
import { createTextCleaner } from './text.ts';
import type { EncodeTools, ValueCleaner } from './tools.ts';
import { cleanValue } from './value.ts';

/** An encoder that also takes what the journal itself has to say. */
export interface JournalEncoder extends EntryEncoder {
  /**
   * As `encode`, for entries of the journal's own: any well-formed action, be it reserved or not declared, and texts that
   * are sealed already, as they stand in an entry before.
   *
   * @throws {InstrumentError} `INSTRUMENT_AUDIT_REFUSED`, as `encode` does.
   */
  encodeOwn(operation: AuditOperation, facts: EntryFacts): EncodedEntry;
}

/**
 * What is read of an operation, in multiples of what an entry may hold: enough to name the size and digest of attributes
 * that do not fit, and an end to what has none.
 */
const READ_AHEAD = 16;

/**
 * An encoder with these options.
 *
 * @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT` with all that is wrong with the options.
 */
export function createEntryEncoder(options: EntryEncoderOptions): JournalEncoder {
  const problems = encoderProblems(options);
  if (problems.length > 0) {
    throw new InstrumentError('INSTRUMENT_INVALID_ARGUMENT', 'The options of audit are not right', problems);
  }
  const settings = encoderSettings(options);
  const { maxEntryBytes, redactText } = settings;
  const checkAction = createActionCheck(settings.actions);
  const cleanText = createTextCleaner(settings);
  const clean: ValueCleaner = (value, state, call) => cleanValue(tools, value, state, call);
  const tools: EncodeTools = {
    settings,
    fieldPaths: fieldPathsOf(settings.paths),
    cleanText,
    readKey: createKeyReader(cleanText, settings.paths),
    cleanValue: clean,
    seal: createSealer(settings.subjects, clean),
  };

  const encode = (operation: AuditOperation, facts: EntryFacts, isOwn: boolean): EncodedEntry => {
    const call = new EncodeCall(maxEntryBytes * READ_AHEAD, isOwn, redactText);
    let entry: EncodedEntry | undefined;
    try {
      if (typeof operation === 'object' && operation !== null && !isList(operation)) {
        const content = encodeContent(tools, checkAction, operation, facts, call);
        if (call.problems() === undefined) entry = finish(content, call, maxEntryBytes);
      } else {
        call.complain(noOperation(operation));
      }
    } catch (error) {
      call.complain({
        path: call.path(),
        found: `what cannot be read (${reasonOf(error)})`,
        expected: 'plain values',
      });
    }
    if (call.fault !== undefined) throw call.fault;
    if (entry !== undefined) return entry;
    throw refusal(operation, call.problems() ?? []);
  };
  return {
    encode: (operation, facts) => encode(operation, facts, false),
    encodeOwn: (operation, facts) => encode(operation, facts, true),
  };
}

function finish(content: EntryContent, call: EncodeCall, maxBytes: number): EncodedEntry | undefined {
  const text = call.isIrregular ? canonicalJson(content as never) : JSON.stringify(content);
  return fitsIn(text, maxBytes) ? { text, content } : fitEntry(content, call, maxBytes);
}
