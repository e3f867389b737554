#!/usr/bin/env node
import { runProgram, stopSignal } from '@org/instrument-example-terminal';
import { compare } from './compare/compare.ts';
import { StoreError } from './errors.ts';
import { helpText, readOptions } from './options.ts';
import { run } from './run.ts';

/** All is well when it ended as asked. */
await runProgram({
  readOptions,
  helpText,
  run: async (options) => {
    // A comparison ends in time by itself, with what was begun.
    await (options.compare ? compare(options, stopSignal()) : run(options, stopSignal(options.seconds)));
    return true;
  },
  told: [StoreError],
});
