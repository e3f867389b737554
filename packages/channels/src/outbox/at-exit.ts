import { createEndHook } from '@org/instrument-core';

/** Has a function called when the process ends by itself or by `process.exit`, until the function that is returned is called. */
export const atExit: (write: () => void) => () => void = createEndHook(
  'exit',
  'channels',
  'writing an outbox at exit',
);
