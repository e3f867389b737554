const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/**
 * Calls `shutdown` when the process is asked to end by SIGTERM or SIGINT, and `flush` when it runs out of work. A
 * signal is raised again only when nobody else listens to it: otherwise ending the process is the others' business.
 * Returns the function that stops listening.
 */
export function onProcessExit(shutdown: () => Promise<void>, flush: () => Promise<void>): () => void {
  let isFlushed = false;
  const onBeforeExit = (): void => {
    // Flushing makes work, after which this event comes again.
    if (isFlushed) return;
    isFlushed = true;
    void flush();
  };
  const handlers = SIGNALS.map((signal) => {
    const onSignal = (): void => {
      const isSole = process.listenerCount(signal) === 1;
      void shutdown().finally(() => {
        process.removeListener(signal, onSignal);
        if (isSole) process.kill(process.pid, signal);
      });
    };
    return { signal, onSignal };
  });
  process.on('beforeExit', onBeforeExit);
  for (const { signal, onSignal } of handlers) process.on(signal, onSignal);
  return () => {
    process.removeListener('beforeExit', onBeforeExit);
    for (const { signal, onSignal } of handlers) process.removeListener(signal, onSignal);
  };
}
