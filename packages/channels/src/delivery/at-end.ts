import { createEndHook } from '@org/instrument-core';

/** Has a function called whenever the process has run out of work, until the function that is returned is called. */
export const atEnd: (deliver: () => void) => () => void = createEndHook(
  'beforeExit',
  'channels',
  'delivering at the end of the process',
);
