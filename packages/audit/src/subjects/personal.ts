import { erasuresSoFar } from './erasures.ts';

/** Tells personal values of every copy of this package: one that was taken for a plain object would be written as it is. */
const BRAND: symbol = Symbol.for('@org/instrument-audit/personal-value');
const MADE: symbol = Symbol.for('@org/instrument-audit/personal-value/made');

/** A value that belongs to a person: it is encrypted with a key of that person, which can be erased. */
export class PersonalValue {
  /** Identity of the person, as the application knows it. It is not written into the journal. */
  readonly subject: string;
  readonly value: unknown;

  /** `made`: of a copy, when the original was; see {@link madeOf}. */
  constructor(subject: string, value: unknown, made: number = erasuresSoFar()) {
    this.subject = subject;
    this.value = value;
    Object.defineProperty(this, BRAND, { value: true });
    Object.defineProperty(this, MADE, { value: made });
  }

  static [Symbol.hasInstance](value: unknown): boolean {
    if (typeof value !== 'object' || value === null) return false;
    try {
      return (value as Record<symbol, unknown>)[BRAND] === true;
    } catch {
      // A proxy that refuses to tell.
      return false;
    }
  }
}

/** When a value was marked: after so many erasures. An erasure of its person that came later is one of the value, too. */
export function madeOf(value: PersonalValue): number {
  const made = (value as unknown as Record<symbol, unknown>)[MADE];
  return typeof made === 'number' ? made : 0;
}

/**
 * Marks a value as belonging to a person: id and name of an actor or a target, address of an actor, reason, message of an
 * error, and whatever is in the attributes. The journal keeps it encrypted with the key of that person;
 * `audit.erase(subject)` makes all such values unreadable for good, and every proof stays valid. What was marked before an
 * erasure is unreadable also where it is recorded after it; what is marked afterwards has a new key. Any other field
 * refuses it, since it could not be erased there.
 *
 * @example
 * audit.record({ action: 'users.update', target: personal('user:42', 'ada@example.org') });
 */
export function personal(subject: string, value: unknown): PersonalValue {
  return new PersonalValue(subject, value);
}
