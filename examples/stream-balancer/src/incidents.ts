import { createDurations, type DurationFigures } from './durations.ts';

/** What is done to a worker: SIGKILL or SIGSTOP. */
export type Blow = 'killed' | 'frozen';

/** Figures of what was done to workers, and of how long it took to notice and to mend. */
export interface IncidentFigures extends Readonly<Record<Blow, number>> {
  /** From the blow until health says that the worker is unhealthy. */
  readonly detection: DurationFigures;
  /** From the blow until health says that it may be given streams again. */
  readonly recovery: DurationFigures;
}

/** Keeps the time of each blow until it is mended. Times are monotonic. */
export interface Incidents {
  /** A worker is struck; one that was struck before and is not well yet is counted, not timed. */
  struck(worker: string, blow: Blow): void;
  /** Health says that it is unhealthy. Milliseconds since the blow, `undefined` when there was none. */
  detected(worker: string): number | undefined;
  /** Health says that it is well again. Milliseconds since the blow, `undefined` when there was none. */
  recovered(worker: string): number | undefined;
  /** Whether a worker was struck and is not well again. */
  isOpen(worker: string): boolean;
  figures(): IncidentFigures;
}

/** No incident yet. */
export function createIncidents(): Incidents {
  const open = new Map<string, { readonly atMillis: number; isDetected: boolean }>();
  const counts: Record<Blow, number> = { killed: 0, frozen: 0 };
  const detection = createDurations();
  const recovery = createDurations();
  return {
    struck(worker, blow) {
      counts[blow]++;
      if (!open.has(worker)) open.set(worker, { atMillis: performance.now(), isDetected: false });
    },
    detected(worker) {
      const incident = open.get(worker);
      if (incident === undefined || incident.isDetected) return undefined;
      incident.isDetected = true;
      const millis = performance.now() - incident.atMillis;
      detection.record(millis);
      return millis;
    },
    recovered(worker) {
      const incident = open.get(worker);
      if (incident === undefined) return undefined;
      open.delete(worker);
      const millis = performance.now() - incident.atMillis;
      recovery.record(millis);
      return millis;
    },
    isOpen: (worker) => open.has(worker),
    figures: () => ({ ...counts, detection: detection.figures(), recovery: recovery.figures() }),
  };
}
