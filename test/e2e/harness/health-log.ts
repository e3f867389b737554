import { events } from '@org/instrument-core';
import type {
  CheckCompletedEvent,
  Health,
  HealthEventMap,
  RecoveryAttemptedEvent,
  ResultStatus,
  Status,
  StatusChangedEvent,
} from '@org/instrument-health';
import { expect } from 'vitest';
import type { Lab } from './lab.ts';

/** Longest wait for a change that takes a second or so, on a machine that does other things too. */
export const CHANGE = { timeout: 20_000, interval: 10 };

type LogEntry = {
  [Name in keyof HealthEventMap]: { readonly name: Name; readonly payload: HealthEventMap[Name] };
}[keyof HealthEventMap];

/** Results in a row. */
export interface Streak {
  readonly result: ResultStatus;
  readonly count: number;
}

/** What health has told on the bus of the process. */
export interface HealthLog {
  /** Runs of a check, oldest first. */
  completed(check: string): CheckCompletedEvent[];
  /** Changes of the status of a check; without a name, of the system. */
  changes(check?: string): StatusChangedEvent[];
  recoveries(check: string): RecoveryAttemptedEvent[];
  /** Waits until the latest change of a check is one to this status. */
  changed(check: string, to: Status): Promise<void>;
  /** Waits until a check has been run so many times more. */
  runs(check: string, count: number): Promise<void>;
  /** The results in a row that the latest change of a check came after. */
  streakBeforeChange(check: string): Streak;
}

/** Runs the checks in the background, and listens, until the test ends. */
export function logHealth(lab: Lab, health: Health): HealthLog {
  const entries: LogEntry[] = [];
  const off = events.on('health.*', (payload, name) => void entries.push({ name, payload } as LogEntry));
  health.start();
  lab.closeAtEnd(() => {
    health.stop();
    off();
  });
  const named = <Name extends keyof HealthEventMap>(name: Name): HealthEventMap[Name][] =>
    entries.flatMap((entry) => (entry.name === name ? [entry.payload as HealthEventMap[Name]] : []));
  const log: HealthLog = {
    completed: (check) => named('health.check.completed').filter((event) => event.check === check),
    changes: (check) => named('health.status.changed').filter((event) => event.check === check),
    recoveries: (check) => named('health.recovery.attempted').filter((event) => event.check === check),
    async changed(check, to) {
      await expect.poll(() => log.changes(check).at(-1)?.to, CHANGE).toBe(to);
    },
    async runs(check, count) {
      const wanted = log.completed(check).length + count;
      await expect.poll(() => log.completed(check).length, CHANGE).toBeGreaterThanOrEqual(wanted);
    },
    streakBeforeChange(check) {
      const change = entries.findLastIndex(
        ({ name, payload }) => name === 'health.status.changed' && payload.check === check,
      );
      const results = entries
        .slice(0, change)
        .flatMap((entry) => (entry.name === 'health.check.completed' ? [entry.payload] : []))
        .filter((event) => event.check === check)
        .map(({ result }) => result);
      const result = results.at(-1);
      if (result === undefined) throw new Error(`${check} changed its status without a run.`);
      return { result, count: results.length - 1 - results.findLastIndex((each) => each !== result) };
    },
  };
  return log;
}
