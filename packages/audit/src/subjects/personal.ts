/** Tells personal values of every copy of this package: one that was taken for a plain object would be written as it is. */
const BRAND: symbol = Symbol.for('@org/instrument-audit/personal-value');

/** A value that belongs to a person: it is encrypted with a key of that person, which can be erased. */
export class PersonalValue {
  /** Identity of the person, as the application knows it. It is not written into the journal. */
  readonly subject: string;
  readonly value: unknown;

  constructor(subject: string, value: unknown) {
    this.subject = subject;
    this.value = value;
    Object.defineProperty(this, BRAND, { value: true });
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

/**
 * Marks a value as belonging to a person. Wherever it stands in an operation, the journal keeps it encrypted with the
 * key of that person; `audit.erase(subject)` makes all such values unreadable for good, and every proof stays valid.
 *
 * @example
 * audit.record({ action: 'users.update', target: personal('user:42', 'ada@example.org') });
 */
export function personal(subject: string, value: unknown): PersonalValue {
  return new PersonalValue(subject, value);
}
