import {
  type Duration,
  describeValue,
  InstrumentError,
  type Problem,
  parseDuration,
  unknownKeys,
} from '@org/instrument-core';
import type { Claim } from './claim.ts';
import type { LedgerKeyParts } from './key.ts';
import { MAX_ATTRIBUTE_BYTES, MAX_KEY_BYTES } from './limits.ts';

/** Last time that a `Date` can be, in milliseconds. */
const MAX_TIME = 8.64e15;
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Reads the arguments of a call: what is wrong is noted, so that `done` reports all of it together. */
export class Arguments<O extends object> {
  readonly #given: Readonly<Record<string, unknown>>;
  readonly #problems: Problem[] = [];

  /** `known`: all options there are; others are misspelt. */
  constructor(given: O | undefined, known: readonly (keyof O & string)[]) {
    const isObject = typeof given === 'object' && given !== null && !Array.isArray(given);
    this.#given = isObject ? (given as Readonly<Record<string, unknown>>) : {};
    if (!isObject && given !== undefined) this.add('', describeValue(given), 'an object of options');
    this.#problems.push(...unknownKeys(this.#given, known));
  }

  add(path: string, found: string, expected: string, fix?: string): void {
    this.#problems.push({ path, found, expected, ...(fix === undefined ? {} : { fix }) });
  }

  /** Text that every database can keep: not empty, no NUL, no half of a surrogate pair, and not too long. */
  text(path: keyof O & string, maxBytes: number, value: unknown = this.#given[path]): string | undefined {
    if (value === undefined) return undefined;
    const isText = typeof value === 'string' && value !== '' && !value.includes('\0');
    if (isText && !LONE_SURROGATE.test(value) && Buffer.byteLength(value) <= maxBytes) return value;
    this.add(path, describeValue(value), `well-formed text without NUL, of 1 to ${maxBytes} bytes of UTF-8`);
    return undefined;
  }

  /** A whole number. */
  count(path: keyof O & string, min = 0, max: number = Number.MAX_SAFE_INTEGER): number | undefined {
    const value = this.#given[path];
    if (value === undefined) return undefined;
    if (Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max)
      return value as number;
    this.add(path, describeValue(value), `a whole number from ${min} to ${max}`);
    return undefined;
  }

  /** Whole milliseconds of a {@link Duration}. */
  millis(path: keyof O & string, min = 0): number | undefined {
    const value = this.#given[path];
    if (value === undefined) return undefined;
    const millis = parseDuration(value as Duration);
    if (millis !== undefined && millis >= min && millis < MAX_TIME) return Math.ceil(millis);
    this.add(path, describeValue(value), `milliseconds ≥ ${min}, or text such as "500ms", "30s", "5m"`);
    return undefined;
  }

  /** Unix time in milliseconds. */
  time(path: keyof O & string): number | undefined {
    const value = this.#given[path];
    if (value === undefined) return undefined;
    const isTime = typeof value === 'number' || typeof value === 'string' || value instanceof Date;
    const millis = isTime ? new Date(value).getTime() : Number.NaN;
    if (!Number.isNaN(millis)) return millis;
    this.add(path, describeValue(value), 'Unix time in milliseconds, ISO 8601 text or a Date');
    return undefined;
  }

  oneOf<T extends string | boolean>(path: keyof O & string, words: readonly T[]): T | undefined {
    const value = this.#given[path];
    if (value === undefined) return undefined;
    const found = words.find((word) => word === value);
    if (found === undefined) this.add(path, describeValue(value), `one of ${words.join(', ')}`);
    return found;
  }

  /** An object as JSON; `base` has what the object does not say. */
  attributes(path: keyof O & string, base: object = {}): string | undefined {
    const value = this.#given[path];
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

  /** @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT` with all problems noted, when there are any. */
  done(summary: string): void {
    if (this.#problems.length === 0) return;
    throw new InstrumentError('INSTRUMENT_INVALID_ARGUMENT', summary, this.#problems);
  }
}

/** @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT` when it is no key. */
export function checkKey(key: unknown): string {
  const read = new Arguments<{ key?: unknown }>({}, ['key']);
  if (key === undefined) read.add('key', 'nothing', 'text', 'See ledgerKey.');
  const text = read.text('key', MAX_KEY_BYTES, key);
  read.done('The ledger takes no such key');
  return text as string;
}

/** @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT` when no key can be made of them. */
export function checkKeyParts(parts: LedgerKeyParts): void {
  const names = ['source', 'name', 'version', 'digest'] as const;
  const read = new Arguments(parts, names);
  for (const name of names) read.text(name, Number.MAX_SAFE_INTEGER);
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
