#!/usr/bin/env node
import { stopSignal, UsageError } from '@org/instrument-example-terminal';
import { compare } from './compare/compare.ts';
import { StoreError } from './errors.ts';
import { helpText, readOptions } from './options.ts';
import { run } from './run.ts';

// A reader that goes away (`| head`) is no fault of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

process.exitCode = await main(process.argv.slice(2));

/** Exit code: 0 for a run that ended as asked, 1 when it could not be done, 2 for a mistake on the command line. */
async function main(args: readonly string[]): Promise<number> {
  try {
    const options = readOptions(args);
    if (options.help) {
      console.log(helpText());
      return 0;
    }
    // A comparison ends in time by itself, with what was begun.
    await (options.compare ? compare(options, stopSignal()) : run(options, stopSignal(options.seconds)));
    return 0;
  } catch (error) {
    if (error instanceof UsageError) {
      console.error(error.message);
      return 2;
    }
    console.error(error instanceof StoreError ? error.message : error);
    return 1;
  }
}
