/** Signals closer together are one: a terminal and a parent process may both pass on the same Ctrl-C. */
const SAME_SIGNAL_MILLIS = 500;

/** Exit code of a program that was interrupted: 128 and the number of SIGINT. */
const INTERRUPTED = 130;

/**
 * A signal that aborts with the first SIGINT or SIGTERM, or after `seconds`. The second signal ends the process at
 * once.
 */
export function stopSignal(seconds?: number): AbortSignal {
  const stop = new AbortController();
  let first: number | undefined;
  const onSignal = (): void => {
    const now = performance.now();
    if (first !== undefined && now - first > SAME_SIGNAL_MILLIS) process.exit(INTERRUPTED);
    first ??= now;
    stop.abort();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  // Not AbortSignal.any with AbortSignal.timeout: Node.js 20 may collect them while they are only looked at.
  if (seconds !== undefined) setTimeout(() => stop.abort(), seconds * 1000).unref();
  return stop.signal;
}
