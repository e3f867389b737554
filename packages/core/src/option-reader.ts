import { type Duration, parseDuration } from './clock.ts';
import { describeValue, InstrumentError, type Problem } from './errors.ts';
import { didYouMean } from './nearest.ts';
import { unknownKeys } from './unknown-keys.ts';

/** Bounds of a number. */
export interface NumberRange {
  /** Default 0. */
  readonly min?: number;
  /** Default none. */
  readonly max?: number;
  /** Whether `min` itself is too low. Default `false`. */
  readonly isMinExcluded?: boolean;
  readonly isInteger?: boolean;
}

const SHARE: NumberRange = { min: 0, max: 1 };

/**
 * Reads an object of options: what is left out takes its default, what is wrong is noted and takes its default too, so that
 * `done` reports all problems together.
 */
export class OptionReader<O extends object> {
  readonly #options: Readonly<Record<string, unknown>>;
  readonly #problems: Problem[] = [];
  readonly #prefix: string;

  /**
   * @param known all options there are; others are misspelt.
   * @param prefix what stands before the options in messages: `'retry.'` of an object within another.
   */
  constructor(options: O | undefined, known: readonly (keyof O & string)[], prefix: string = '') {
    this.#prefix = prefix;
    const isObject = typeof options === 'object' && options !== null && !Array.isArray(options);
    this.#options = isObject ? (options as Readonly<Record<string, unknown>>) : {};
    // Not as it is: in place of the object somebody may have given a secret.
    if (!isObject && options !== undefined) this.add('', kindOf(options), 'an object of options');
    this.#problems.push(...unknownKeys(this.#options, known, prefix));
  }

  /** Notes a problem. `found` must not show what is secret. */
  add(path: string, found: string, expected: string, fix?: string): void {
    const whole = path === '' ? this.#prefix.replace(/\.$/, '') : `${this.#prefix}${path}`;
    this.#problems.push({ path: whole, found, expected, ...(fix === undefined ? {} : { fix }) });
  }

  /** Notes the problems of an object within this one. */
  addAll(problems: readonly Problem[]): void {
    this.#problems.push(...problems);
  }

  /** What is wrong so far. */
  get problems(): readonly Problem[] {
    return this.#problems;
  }

  /** What was given, as it is. */
  raw(key: keyof O & string): unknown {
    return this.#options[key];
  }

  /** Milliseconds of a {@link Duration}. */
  millis<F extends number | undefined>(key: keyof O & string, fallback: F): number | F {
    const value = this.raw(key);
    if (value === undefined) return fallback;
    const millis = parseDuration(value as Duration);
    if (millis !== undefined) return millis;
    this.add(key, describeValue(value), 'milliseconds ≥ 0, or text such as "250ms", "5s", "2h"');
    return fallback;
  }

  number<F extends number | undefined>(
    key: keyof O & string,
    fallback: F,
    range: NumberRange = {},
  ): number | F {
    const value = this.raw(key);
    if (value === undefined) return fallback;
    if (typeof value === 'number' && isInRange(value, range)) return value;
    this.add(key, describeValue(value), describeRange(range));
    return fallback;
  }

  /** A number from 0 to 1. */
  share<F extends number | undefined>(key: keyof O & string, fallback: F): number | F {
    const fault = this.raw(key);
    if (typeof fault === 'number' && fault > 1 && fault <= 100) {
      this.add(key, String(fault), 'a share from 0 to 1', `Write ${fault / 100} for ${fault} %.`);
      return fallback;
    }
    return this.number(key, fallback, SHARE);
  }

  /** Text that is not empty. */
  text<F extends string | undefined>(key: keyof O & string, fallback: F): string | F {
    const value = this.raw(key);
    if (value === undefined) return fallback;
    if (typeof value === 'string' && value.trim() !== '') return value;
    this.add(key, describeValue(value), 'text that is not empty');
    return fallback;
  }

  /** Text that must be given. */
  required(key: keyof O & string, example: string): string {
    const value = this.text(key, undefined);
    if (value === undefined && this.raw(key) === undefined) {
      this.add(
        key,
        'nothing',
        'text that is not empty',
        `Give it, as in ${key}: ${JSON.stringify(example)}.`,
      );
    }
    return value ?? '';
  }

  oneOf<const T extends string | boolean, F extends T | undefined>(
    key: keyof O & string,
    fallback: F,
    words: readonly T[],
  ): T | F {
    const value = this.raw(key);
    if (value === undefined) return fallback;
    const found = words.find((word) => word === value);
    if (found === undefined) {
      this.add(key, describeValue(value), `one of ${words.join(', ')}`, didYouMean(value, words.map(String)));
    }
    return found ?? fallback;
  }

  /** `true` or `false`. */
  flag(key: keyof O & string, fallback: boolean): boolean {
    const value = this.raw(key);
    if (value === undefined) return fallback;
    if (typeof value === 'boolean') return value;
    this.add(key, describeValue(value), 'true or false');
    return fallback;
  }

  /** A function, or nothing. Its type is the caller's word. */
  callback<T>(key: keyof O & string): T | undefined {
    const value = this.raw(key);
    if (value === undefined) return undefined;
    if (typeof value === 'function') return value as T;
    this.add(key, describeValue(value), 'a function');
    return undefined;
  }

  /** Two limits of one figure, of which the first must not be greater than the second. */
  ordered(
    lowKey: keyof O & string,
    low: number | undefined,
    highKey: keyof O & string,
    high: number | undefined,
  ): void {
    if (low === undefined || high === undefined || low <= high) return;
    const found = describeValue(this.raw(lowKey) ?? low);
    const limit = describeValue(this.raw(highKey) ?? high);
    this.add(lowKey, found, `at most ${highKey}, which is ${limit}`, `Lower it, or raise ${highKey}.`);
  }

  /** @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT` with all problems noted, when there are any. `summary` begins the message. */
  done(summary: string): void {
    if (this.#problems.length === 0) return;
    throw new InstrumentError('INSTRUMENT_INVALID_ARGUMENT', summary, this.#problems);
  }
}

function isInRange(value: number, { min = 0, max, isMinExcluded, isInteger }: NumberRange): boolean {
  if (!Number.isFinite(value) || value < min || (isMinExcluded === true && value === min)) return false;
  return (max === undefined || value <= max) && (isInteger !== true || Number.isInteger(value));
}

function describeRange({ min = 0, max, isMinExcluded, isInteger }: NumberRange): string {
  const noun = isInteger === true ? 'a whole number' : 'a number';
  if (max !== undefined) return `${noun} from ${min} to ${max}`;
  return `${noun} ${isMinExcluded === true ? '>' : '≥'} ${min}`;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}
