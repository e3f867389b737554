import { UsageError } from './run-command.ts';

/**
 * The whole number that an argument or an option is, `name` as it is in the usage; `undefined` where it is not given.
 *
 * @throws {UsageError} for anything else.
 */
export function wholeNumber(name: string, value: string | undefined, min = 0): number | undefined {
  if (value === undefined) return undefined;
  const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (Number.isSafeInteger(number) && number >= min) return number;
  throw new UsageError(`${name} must be a whole number of at least ${min}, not ${JSON.stringify(value)}`);
}
