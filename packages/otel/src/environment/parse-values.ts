import { describeUrl, describeValue, didYouMean, parseDuration } from '@org/instrument-core';

/** What is wrong with the text of a variable. */
export interface Fault {
  readonly found: string;
  readonly expected: string;
  readonly fix?: string | undefined;
}

/** What a parser made of a text: a value, faults, or both when only a part of a list is wrong. */
export interface Parsed<T> {
  readonly value?: T | undefined;
  readonly faults: readonly Fault[];
}

/** Turns the trimmed, non-empty text of a variable into a value; never throws. */
export type Parser<T> = (text: string) => Parsed<T>;

/** 2³¹ − 1: the largest number a variable may hold (specification, "Integer") and the longest delay a Node.js timer takes. */
export const LARGEST_INTEGER = 2_147_483_647;

/** A value without faults. */
export function accept<T>(value: T): Parsed<T> {
  return { value, faults: [] };
}

/** No value, and why. */
export function refuse(found: string, expected: string, fix?: string): Parsed<never> {
  return { faults: [{ found, expected, ...(fix === undefined ? {} : { fix }) }] };
}

/** Any text. */
export const parseText: Parser<string> = (text) => accept(text);

/**
 * A boolean of the specification: only `true`, in any case, is true; everything but `true` and `false` is false,
 * with a warning (environment variable specification, "Boolean").
 */
export const parseBoolean: Parser<boolean> = (text) => {
  const lower = text.toLowerCase();
  if (lower === 'true' || lower === 'false') return accept(lower === 'true');
  return {
    value: false,
    faults: [{ found: describeValue(text), expected: 'true or false', fix: 'It counts as false.' }],
  };
};

/** An integer from `least` to 2³¹ − 1, or to `most`. */
export function integerParser(least: number, most: number = LARGEST_INTEGER): Parser<number> {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return accept(value);
    return refuse(describeValue(text), `an integer from ${least} to ${most}`);
  };
}

/** A duration: an integer number of milliseconds, at least `least` (specification, "Duration"). */
export function durationParser(least: number): Parser<number> {
  const integer = integerParser(least);
  return (text) => {
    const parsed = integer(text);
    if (parsed.faults.length === 0) return parsed;
    const millis = parseDuration(text);
    const fix =
      millis === undefined ? undefined : `Write ${millis}: the variable takes milliseconds without a unit.`;
    return refuse(
      describeValue(text),
      `an integer number of milliseconds from ${least} to ${LARGEST_INTEGER}`,
      fix,
    );
  };
}

/** A timeout: as a duration, but 0 means no limit, for which 2³¹ − 1 stands (specification, "Timeout"). */
export const parseTimeout: Parser<number> = (text) => {
  const parsed = durationParser(0)(text);
  return parsed.value === 0 ? accept(LARGEST_INTEGER) : parsed;
};

/** A share from 0 to 1. */
export const parseRatio: Parser<number> = (text) => {
  const value = /^[+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
  return value >= 0 && value <= 1 ? accept(value) : refuse(describeValue(text), 'a number from 0 to 1');
};

/** An `http:` or `https:` URL with a host. Credentials in it are not repeated in the warning. */
export const parseUrl: Parser<string> = (text) => {
  if (URL.canParse(text) && /^https?:\/\/[^/]/i.test(text)) return accept(text);
  return refuse(
    describeUrl(text),
    'an http:// or https:// URL',
    'Write it with its scheme, such as http://localhost:4318.',
  );
};

/** One of `known`, in any case. `hints` says what to do about words that others know and we do not. */
export function choiceParser<T extends string>(
  known: readonly T[],
  hints: Readonly<Record<string, string>> = {},
): Parser<T> {
  return (text) => {
    const lower = text.toLowerCase();
    const match = known.find((word) => word === lower);
    if (match !== undefined) return accept(match);
    const fix = Object.hasOwn(hints, lower) ? hints[lower] : didYouMean(lower, known);
    return refuse(describeValue(text), `one of ${known.join(', ')}`, fix);
  };
}

/**
 * A comma-separated list of `known`, without duplicates; unknown words are left out, with a fault each. `none` stands
 * alone: beside other words it is left out. Without any known word there is no value, as if the variable were unset.
 */
export function choiceListParser<T extends string>(
  known: readonly T[],
  hints: Readonly<Record<string, string>> = {},
): Parser<readonly (T | 'none')[]> {
  const parseWord = choiceParser<T | 'none'>([...known, 'none'], hints);
  return (text) => {
    const words = text.split(',').map((word) => word.trim());
    const parsed = words.filter((word) => word !== '').map(parseWord);
    const faults = parsed.flatMap((word) => word.faults);
    const values = [...new Set(parsed.flatMap((word) => (word.value === undefined ? [] : [word.value])))];
    if (values.length === 0) return { faults };
    if (values.length === 1 || !values.includes('none')) return { value: values, faults };
    const alone: Fault = {
      found: describeValue(text),
      expected: 'none alone, or a list without it',
      fix: 'It is ignored.',
    };
    return { value: values.filter((word) => word !== 'none'), faults: [...faults, alone] };
  };
}
