#!/usr/bin/env node
import { stopSignal, UsageError } from '@org/instrument-example-terminal';
import { helpText, readOptions } from './options.ts';
import { InterruptedError, run } from './run.ts';

// A reader that goes away (`| head`) is no fault of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

process.exitCode = await main(process.argv.slice(2));

/** Exit code: 0 when every event is in the files once and the metrics agree, 1 when not, 2 for a mistake on the command line. */
async function main(args: readonly string[]): Promise<number> {
  try {
    const options = readOptions(args);
    if (options.help) {
      console.log(helpText());
      return 0;
    }
    const { passed } = await run(options, stopSignal());
    return passed ? 0 : 1;
  } catch (error) {
    if (error instanceof InterruptedError) {
      console.error(error.message);
      return 1;
    }
    if (error instanceof UsageError) {
      console.error(error.message);
      return 2;
    }
    console.error(error);
    return 1;
  }
}
