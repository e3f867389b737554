#!/usr/bin/env node
import { runProgram, stopSignal } from '@org/instrument-example-terminal';
import { helpText, readOptions } from './options.ts';
import { run } from './run.ts';

/** All is well when every frame was answered once and right. */
await runProgram({
  readOptions,
  helpText,
  run: async (options) => (await run(options, stopSignal())).passed,
});
