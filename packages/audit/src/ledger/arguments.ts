import { describeValue, OptionReader } from '@org/instrument-core';
import { parseTime, TIME_FORM } from '../query/time.ts';
import type { Claim } from './claim.ts';
import type { LedgerKeyParts } from './key.ts';
import { MAX_ATTRIBUTE_BYTES, MAX_KEY_BYTES } from './limits.ts';

/** Last time that a `Date` can be, in milliseconds. */
const MAX_TIME = 8.64e15;
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Reads the arguments of a call on the ledger. */
export class Arguments<O extends object> extends OptionReader<O> {
  /** Text that every database can keep: not empty, no NUL, no half of a surrogate pair, and not too long. */
  storable(path: keyof O & string, maxBytes: number, value: unknown = this.raw(path)): string | undefined {
    if (value === undefined) return undefined;
    const isText = typeof value === 'string' && value !== '' && !value.includes('\0');
    if (isText && !LONE_SURROGATE.test(value) && Buffer.byteLength(value) <= maxBytes) return value;
    this.add(path, describeValue(value), `well-formed text without NUL, of 1 to ${maxBytes} bytes of UTF-8`);
    return undefined;
  }

  /** A whole number. */
  count(path: keyof O & string, min = 0, max: number = Number.MAX_SAFE_INTEGER): number | undefined {
    return this.number(path, undefined, { min, max, isInteger: true });
  }

  /** Whole milliseconds of a duration of at least `min`, and less than what a date can hold. */
  wholeMillis(path: keyof O & string, min = 0): number | undefined {
    const millis = this.millis(path, undefined);
    if (millis === undefined || (millis >= min && millis < MAX_TIME)) return millis && Math.ceil(millis);
    this.add(
      path,
      describeValue(this.raw(path)),
      `milliseconds ≥ ${min}, or text such as "500ms", "30s", "5m"`,
    );
    return undefined;
  }

  /** Unix time in milliseconds, of text as `parseTime` reads it. */
  time(path: keyof O & string): number | undefined {
    const value = this.raw(path);
    if (value === undefined) return undefined;
    const millis = typeof value === 'string' ? parseTime(value) : wholeTime(value);
    if (millis !== undefined) return millis;
    this.add(path, describeValue(value), `a Date, Unix time in milliseconds as a number, or ${TIME_FORM}`);
    return undefined;
  }

  /** An object as JSON; `base` has what the object does not say. */
  attributes(path: keyof O & string, base: object = {}): string | undefined {
    const value = this.raw(path);
    if (value === undefined) return undefined;
    const expected = `an object that JSON can say, in at most ${MAX_ATTRIBUTE_BYTES} bytes`;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.add(path, describeValue(value), expected);
      return undefined;
    }
    try {
      const text = JSON.stringify({ ...base, ...value });
      const bytes = Buffer.byteLength(text);
      if (bytes <= MAX_ATTRIBUTE_BYTES) return text;
      this.add(path, `${bytes} bytes`, expected);
    } catch (error) {
      this.add(path, error instanceof Error ? error.message : 'an object that cannot be read', expected);
    }
    return undefined;
  }
}

/** A time to the millisecond, which is all that a column takes; `undefined` for what is none, or none that a date can hold. */
function wholeTime(value: unknown): number | undefined {
  const millis = typeof value === 'number' || value instanceof Date ? new Date(value).getTime() : Number.NaN;
  return Number.isNaN(millis) ? undefined : millis;
}

/** @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT` when it is no key. */
export function checkKey(key: unknown): string {
  const read = new Arguments<{ key?: unknown }>({}, ['key']);
  if (key === undefined) read.add('key', 'nothing', 'text', 'See ledgerKey.');
  const text = read.storable('key', MAX_KEY_BYTES, key);
  read.done('The ledger takes no such key');
  return text as string;
}

/** @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT` when no key can be made of them. */
export function checkKeyParts(parts: LedgerKeyParts): void {
  const names = ['source', 'name', 'version', 'digest'] as const;
  const read = new Arguments(parts, names);
  for (const name of names) read.storable(name, Number.MAX_SAFE_INTEGER);
  if (parts?.source === undefined) read.add('source', 'nothing', 'where the input comes from');
  if (parts?.name === undefined && parts?.digest === undefined) {
    read.add('name', 'neither name nor digest', 'what tells the input from others of its source');
  }
  read.done('No ledger key can be made');
}

/**
 * Claims may come from another ledger of the same database: what counts is the token.
 *
 * @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT` when it is no claim.
 */
export function checkClaim(claim: Claim): Claim {
  const { key, token } = (claim ?? {}) as Partial<Claim>;
  if (typeof key === 'string' && Number.isSafeInteger(token)) return claim;
  const read = new Arguments<{ claim?: unknown }>({}, ['claim']);
  read.add('claim', claim == null ? 'nothing' : 'something else', 'the `claim` that `begin` gave');
  read.done('The ledger takes no such claim');
  return claim;
}
