import { constants } from 'node:os';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** What there is to do before the process ends. Neither rejects. */
export interface LastSteps {
  /** Delivers what is recorded. Resolves to whether all of it was delivered, or given up, within the deadline. */
  flush(): Promise<boolean>;
  /** The same, and stops everything. */
  shutdown(): Promise<boolean>;
  /** What comes first when a signal asks the process to end, whoever ends it then; a part of `shutdown`. Never rejects. */
  beforeShutdown?(): Promise<void>;
}

/**
 * Delivers what is recorded when the process is asked to end by SIGTERM or SIGINT, and when it runs out of work.
 *
 * Only when nobody else listens to a signal is telemetry shut down and the signal raised again. Otherwise whether and
 * when the process ends is the others' business, and telemetry goes on, so that what they do until then is seen too.
 * Returns the function that stops listening.
 */
export function onProcessExit(steps: LastSteps): () => void {
  const stopSignals = SIGNALS.map((signal) => onSignal(signal, steps));
  const onBeforeExit = createBeforeExitListener(steps);
  process.on('beforeExit', onBeforeExit);
  return () => {
    process.removeListener('beforeExit', onBeforeExit);
    for (const stop of stopSignals) stop();
  };
}

function onSignal(signal: NodeJS.Signals, steps: LastSteps): () => void {
  const listener = (): void => {
    if (process.listenerCount(signal) - signalExitCopies() > 1) {
      void steps.beforeShutdown?.();
      void steps.flush();
      return;
    }
    void steps.shutdown().finally(() => {
      process.removeListener(signal, listener);
      process.kill(process.pid, signal);
      // The first process of a container: what it does not listen to, the kernel does not give it.
      if (process.pid === 1) process.exit(128 + constants.signals[signal]);
    });
  };
  // Before the others: a listener added by `once` is gone from the count when it has been called.
  process.prependListener(signal, listener);
  const stopLeading = stayBeforeOnce(signal, listener);
  return () => {
    stopLeading();
    process.removeListener(signal, listener);
  };
}

/** Keeps a listener before those of `prependOnceListener`. Returns the function that stops it. */
function stayBeforeOnce(signal: NodeJS.Signals, listener: () => void): () => void {
  const lead = (): void => {
    const all = process.rawListeners(signal);
    // Of `once` only, whose wrapper has what it wraps: two that would always be the first would never come to an end.
    const isBehind = all.slice(0, Math.max(0, all.indexOf(listener))).some((other) => 'listener' in other);
    if (!isBehind) return;
    process.removeListener(signal, listener);
    process.prependListener(signal, listener);
  };
  // It comes before the listener is added.
  const onNewListener = (event: string | symbol): void => {
    if (event === signal) queueMicrotask(lead);
  };
  process.on('newListener', onNewListener);
  return () => process.removeListener('newListener', onNewListener);
}

/**
 * Copies of `signal-exit` that listen, of both of its designs. Many packages depend on it. It only raises a signal again when
 * nobody else listens, as we do, so that each would wait for the other for ever; it publishes its number for that.
 */
function signalExitCopies(): number {
  const emitters: readonly unknown[] = [
    (globalThis as Record<symbol, unknown>)[Symbol.for('signal-exit emitter')],
    (process as { __signal_exit_emitter__?: unknown }).__signal_exit_emitter__,
  ];
  const counts = emitters.map((emitter) => (emitter as { count?: unknown } | undefined)?.count);
  return counts.reduce<number>((sum, count) => sum + (typeof count === 'number' ? count : 0), 0);
}

function createBeforeExitListener({ flush }: LastSteps): () => void {
  let flushes = 0;
  return () => {
    // Flushing is work, after which this event comes again. When others listen too, they may have recorded meanwhile.
    const isSole = process.listenerCount('beforeExit') === 1;
    if (flushes >= (isSole ? 1 : 2)) {
      flushes = 0;
      return;
    }
    flushes++;
    void flush().then((inTime) => {
      if (inTime) return;
      flushes = Number.POSITIVE_INFINITY;
      // Only our export still keeps the process alive, for as long as its receiver lets it wait. It would have ended.
      if (isSole) process.exit();
    });
  };
}
