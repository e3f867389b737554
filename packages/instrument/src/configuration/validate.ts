import { InstrumentError } from '@org/instrument-core';
import type { InitOptions } from '../options.ts';
import { type Inspection, inspect } from './inspect.ts';
import { options as optionsRule } from './schema/options-rule.ts';

/** Everything that is wrong with options given in code, and a copy without it. Never throws. */
export function inspectOptions(options: unknown): Inspection {
  return inspect(optionsRule, options === undefined ? {} : options, { place: 'code' });
}

/**
 * Checks options given in code.
 *
 * @returns a copy of the options, without keys that are `undefined`; instances in it are the ones given.
 * @throws InstrumentError `INSTRUMENT_CONFIG_INVALID`, with all problems at once.
 */
export function validateOptions(options: unknown): InitOptions {
  const { value, problems } = inspectOptions(options);
  if (problems.length > 0) {
    throw new InstrumentError('INSTRUMENT_CONFIG_INVALID', 'The options of init() are wrong', problems);
  }
  return value as InitOptions;
}
