import { reportFault } from '@org/instrument-core';

const writers = new Set<() => void>();

function writeAll(): void {
  for (const write of writers) {
    try {
      write();
    } catch (error) {
      // The others are to be written all the same.
      reportFault('channels', 'writing an outbox at exit', error);
    }
  }
}

/**
 * Calls a function when the process ends by itself or by `process.exit`, until the function that is returned is called. However
 * many there are, the process has one listener for them.
 */
export function atExit(write: () => void): () => void {
  if (writers.size === 0) process.on('exit', writeAll);
  writers.add(write);
  return () => {
    writers.delete(write);
    if (writers.size === 0) process.off('exit', writeAll);
  };
}
