import { InstrumentError, reportFault } from '@org/instrument-core';
import { canonicalJson } from '../canonical/canonical-json.ts';
import type { JsonValue, SealedValue } from '../operation/entry.ts';
import { madeOf } from '../subjects/personal.ts';
import type { SubjectKeys } from '../subjects/subject-keys.ts';
import type { EncodeCall } from './call.ts';
import { kindOf } from './kind.ts';
import type { Sealer, ValueCleaner } from './tools.ts';

/** What stands for a value that could not be sealed: it must not be written as it is. */
export const NOT_SEALED = '[not sealed]';

/** A sealer over the keys of persons. What a person's value has within is told to nobody: neither keys nor values. */
export function createSealer(subjects: Pick<SubjectKeys, 'seal'>, cleanValue: ValueCleaner): Sealer {
  return (personal, state, call) => {
    const { subject, value } = personal;
    if (typeof subject !== 'string' || subject === '') {
      call.complain({
        path: call.path(),
        found: `a personal value of ${kindOf(subject)}`,
        expected: 'a personal value of a person, by an identity that is a text',
      });
      return undefined;
    }
    const { tellable, isIrregular } = call;
    call.tellable = Math.min(tellable, call.keys.length);
    call.isIrregular = false;
    const plain = cleanValue(value, state, call);
    const text = plain === undefined ? undefined : textOf(plain, call);
    call.tellable = tellable;
    call.isIrregular = isIrregular;
    return text === undefined ? undefined : seal(subjects, subject, text, madeOf(personal), call);
  };
}

function textOf(plain: JsonValue, call: EncodeCall): string {
  return call.isIrregular ? canonicalJson(plain) : JSON.stringify(plain);
}

function seal(
  subjects: Pick<SubjectKeys, 'seal'>,
  subject: string,
  text: string,
  made: number,
  call: EncodeCall,
): SealedValue | string {
  try {
    const { $sealed, subject: pseudonym } = subjects.seal(subject, text, made);
    return { $sealed, subject: pseudonym };
  } catch (fault) {
    if (fault instanceof InstrumentError) call.fault ??= fault;
    else reportFault('audit', 'sealing a value of a person', fault);
    call.adjust('a value of a person could not be sealed and was left out');
    return NOT_SEALED;
  }
}
