import { reportFault } from '@org/instrument-core';

const deliverers = new Set<() => void>();

function deliverAll(): void {
  for (const deliver of deliverers) {
    try {
      deliver();
    } catch (error) {
      reportFault('channels', 'delivering at the end of the process', error);
    }
  }
}

/**
 * Calls a function whenever the process has run out of work, until the function that is returned is called. What it begins
 * is work, behind which it is called again. However many there are, the process has one listener for them.
 */
export function atEnd(deliver: () => void): () => void {
  if (deliverers.size === 0) process.on('beforeExit', deliverAll);
  deliverers.add(deliver);
  return () => {
    deliverers.delete(deliver);
    if (deliverers.size === 0) process.off('beforeExit', deliverAll);
  };
}
