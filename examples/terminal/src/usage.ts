import { type ParseArgsConfig, parseArgs } from 'node:util';

/** A mistake on the command line. The message names what was found and what is known. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** One flag of the command line. */
export interface Flag {
  readonly name: string;
  /** Name of its value in the help; a flag without one is a switch. */
  readonly value?: string;
  readonly help: string;
}

/** What was written on the command line, by flag: text, `true` for switches, `undefined` where left out. */
export type Written = Record<string, string | boolean | undefined>;

/** Reads command-line arguments. Throws {@link UsageError} for unknown flags, missing values and loose words. */
export function readFlags(args: readonly string[], flags: readonly Flag[]): Written {
  const options: NonNullable<ParseArgsConfig['options']> = {};
  for (const flag of flags) options[flag.name] = { type: flag.value ? 'string' : 'boolean' };
  try {
    return parseArgs({ args: [...args], options, strict: true }).values as Written;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${reason}\n\nKnown flags:\n${flagTable(flags)}`);
  }
}

/** One line per flag, aligned. */
export function flagTable(flags: readonly Flag[]): string {
  const left = flags.map(({ name, value }) => `  --${name}${value ? ` ${value}` : ''}`);
  const width = Math.max(...left.map((text) => text.length));
  return flags.map(({ help }, i) => `${(left[i] ?? '').padEnd(width)}  ${help}`).join('\n');
}

/** Bounds of a number on the command line. */
export interface NumberBounds {
  readonly min: number;
  readonly max?: number;
  /** Default `true`. */
  readonly integer?: boolean;
}

/** The number given for a flag, or `undefined`. Throws {@link UsageError} when it is none, or out of bounds. */
export function numberFlag(written: Written, name: string, bounds: NumberBounds): number | undefined {
  const text = written[name];
  if (typeof text !== 'string') return undefined;
  const { min, max = Number.MAX_SAFE_INTEGER, integer = true } = bounds;
  const number = text.trim() === '' ? Number.NaN : Number(text);
  if (number >= min && number <= max && (!integer || Number.isInteger(number))) return number;
  const kind = integer ? 'a whole number' : 'a number';
  const range = bounds.max === undefined ? `of at least ${min}` : `from ${min} to ${max}`;
  throw new UsageError(`--${name} is '${text}'; expected ${kind} ${range}`);
}

const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m)$/;
const UNIT_MILLIS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000 };

/**
 * Milliseconds of a time such as `2s`, `undefined` for `never`. Throws {@link UsageError} for anything else, and for
 * less than 100 ms or more than a day.
 */
export function intervalFlag(written: Written, name: string, fallback: string): number | undefined {
  const text = String(written[name] ?? fallback);
  if (text === 'never') return undefined;
  const [, number, unit = ''] = DURATION.exec(text) ?? [];
  const millis = Number(number) * (UNIT_MILLIS[unit] ?? Number.NaN);
  if (millis >= 100 && millis <= 86_400_000) return millis;
  throw new UsageError(
    `--${name} is '${text}'; expected never, or a time such as 500ms, 2s or 1m, of at least 100ms`,
  );
}
