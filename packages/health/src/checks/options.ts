import { OptionReader } from '@org/instrument-core';
import type { ResultStatus } from '../status.ts';
import { RESULT_STATUSES } from './thresholds.ts';

/** Reads the options of a check. */
export class CheckOptionReader<O extends object> extends OptionReader<O> {
  readonly #check: string;

  /** `known`: all options there are; others are misspelt. */
  constructor(check: string, options: O | undefined, known: readonly (keyof O & string)[]) {
    super(options, known);
    this.#check = check;
  }

  status(key: keyof O & string, fallback: ResultStatus): ResultStatus {
    return this.oneOf(key, fallback, RESULT_STATUSES);
  }

  /** @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT` with all problems noted, when there are any. */
  override done(summary: string = `${this.#check} cannot be created`): void {
    super.done(summary);
  }
}
