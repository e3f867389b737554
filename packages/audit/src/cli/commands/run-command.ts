import { InstrumentError, isError, reasonOf } from '@org/instrument-core';
import type { Command, CommandStreams } from '../command.ts';

/** Wrong use of a command: said together with how it is used. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Runs the body of a command: tells what went wrong on `stderr`, and turns it into an exit code. */
export async function runCommand(
  { name, usage }: Pick<Command, 'name' | 'usage'>,
  { stderr }: CommandStreams,
  body: () => Promise<number>,
): Promise<number> {
  try {
    return await body();
  } catch (error) {
    if (isWrongUse(error)) {
      stderr.write(`${name}: ${error.message}\nUsage: instrument-audit ${usage}\n`);
      return 2;
    }
    const isWrong = error instanceof InstrumentError && error.code === 'INSTRUMENT_INVALID_ARGUMENT';
    stderr.write(`${name}: ${reasonOf(error)}\n`);
    return isWrong ? 2 : 1;
  }
}

function isWrongUse(error: unknown): error is Error {
  if (error instanceof UsageError) return true;
  const code = isError(error) ? (error as NodeJS.ErrnoException).code : undefined;
  return code?.startsWith('ERR_PARSE_ARGS_') === true;
}
