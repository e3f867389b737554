import { reportFault } from '@org/instrument-core';

const closers = new Set<() => void>();

function closeAll(): void {
  for (const close of closers) {
    try {
      close();
    } catch (error) {
      // The others are to be closed all the same.
      reportFault('audit', 'closing a journal', error);
    }
  }
}

/**
 * Calls a function when the process ends by itself or by `process.exit`, until the function that
 * is returned is called. However many there are, the process has one listener for them.
 */
export function atExit(close: () => void): () => void {
  if (closers.size === 0) process.on('exit', closeAll);
  closers.add(close);
  return () => {
    closers.delete(close);
    if (closers.size === 0) process.off('exit', closeAll);
  };
}
