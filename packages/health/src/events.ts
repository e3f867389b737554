import type { CheckKind } from './check.ts';
import type { FailureReason, RecoveryOutcome, SystemHealth } from './report.ts';
import type { ResultStatus, Status } from './status.ts';

/** What all health events say. */
export interface HealthEvent {
  /** Name of the check; `undefined` when it is about the whole system. */
  readonly check: string | undefined;
  /** Unix time in milliseconds. */
  readonly timestampMillis: number;
  /** Trace that was active where the run, or the change, was caused; `undefined` in the background. */
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
}

/** A check has run, or was not begun because earlier runs are pending. */
export interface CheckCompletedEvent extends HealthEvent {
  readonly check: string;
  readonly kind: CheckKind;
  /** Result of this run by itself. */
  readonly result: ResultStatus;
  /** Why it failed; `undefined` for one that did not. */
  readonly failure: FailureReason | undefined;
  readonly reason: string | undefined;
  /** `undefined` for a run that was not begun: `failure` is `pending`. */
  readonly durationMillis: number | undefined;
}

/** The status of a component, or of the system, has changed. */
export interface StatusChangedEvent extends HealthEvent {
  readonly from: Status;
  readonly to: Status;
  readonly reason: string | undefined;
  readonly rootCauses: readonly string[];
  /** The check was taken out while it was not healthy (`to` is `unknown`): nothing more is told of it. */
  readonly removed?: true;
}

/** The status of a component has got worse: it is degraded or unhealthy now. */
export interface ComponentDegradedEvent extends StatusChangedEvent {
  readonly check: string;
  readonly kind: CheckKind;
  readonly critical: boolean;
}

/** An attempt to bring a component back has ended. */
export interface RecoveryAttemptedEvent extends HealthEvent {
  readonly check: string;
  readonly attempt: number;
  readonly outcome: RecoveryOutcome;
  readonly error: string | undefined;
}

/** Names and payloads of the events of health. */
export interface HealthEventMap {
  'health.check.completed': CheckCompletedEvent;
  'health.status.changed': StatusChangedEvent;
  'health.component.degraded': ComponentDegradedEvent;
  'health.recovery.attempted': RecoveryAttemptedEvent;
}

/** What `watch()` gives: the events, and the whole state at the beginning and at each interval. */
export interface HealthWatchMap extends HealthEventMap {
  'health.report': SystemHealth;
}

declare module '@org/instrument-core' {
  interface EventMap extends HealthEventMap {}
}
