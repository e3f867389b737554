#!/usr/bin/env node
import { runProgram, stopSignal } from '@org/instrument-example-terminal';
import { helpText, readOptions } from './options.ts';
import { run } from './run.ts';

/** All is well when all figures agree and the sample is as it was. */
await runProgram({
  readOptions,
  helpText,
  run: async (options) => (await run(options, stopSignal(options.seconds))).passed,
});
