#!/usr/bin/env node
import { runProgram, stopSignal } from '@org/instrument-example-terminal';
import { helpText, readOptions } from './options.ts';
import { InterruptedError, run } from './run.ts';

/** All is well when every event is in the files once and the metrics agree. */
await runProgram({
  readOptions,
  helpText,
  run: async (options) => (await run(options, stopSignal())).passed,
  told: [InterruptedError],
});
