import type { CheckKind, ProbeName } from './check.ts';
import type { ResultStatus, Status } from './status.ts';

/** One earlier result of a check. */
export interface HistoryEntry {
  /** Unix time in milliseconds at which the run ended. */
  readonly timestampMillis: number;
  readonly status: ResultStatus;
  /** `undefined` for a run that was not begun. */
  readonly durationMillis: number | undefined;
  /** `undefined` when it was healthy and had nothing to say. */
  readonly reason: string | undefined;
}

/**
 * Why a run failed: it threw, took too long, said so itself, returned what means nothing, or was not begun, as too many earlier
 * ones are pending.
 */
export type FailureReason = 'error' | 'timeout' | 'unhealthy' | 'invalid' | 'pending';

/** How an attempt to recover ended. */
export type RecoveryOutcome = 'succeeded' | 'failed' | 'timeout';

/** What was tried to bring a component back. */
export interface RecoveryReport {
  /** Attempts since it became unhealthy. */
  readonly attempts: number;
  /** `undefined`: the first attempt has not ended. */
  readonly lastOutcome: RecoveryOutcome | undefined;
  /** What the last failed attempt said, 500 characters of it at most. */
  readonly lastError: string | undefined;
  /** Unix time in milliseconds at which the last attempt ended. */
  readonly lastTimestampMillis: number | undefined;
}

/** One component, as it stands. */
export interface ComponentHealth {
  readonly name: string;
  readonly kind: CheckKind;
  readonly critical: boolean;
  readonly probes: readonly ProbeName[];
  readonly dependsOn: readonly string[];
  /** After thresholds and damping, and at least `degraded` while something it depends on is unhealthy. */
  readonly status: Status;
  /** Status of the latest result by itself; `unknown` before the first. */
  readonly lastResult: Status;
  /** Why it is not healthy, in a sentence. */
  readonly reason: string | undefined;
  readonly details: Readonly<Record<string, unknown>> | undefined;
  /** What it suffers from: dependencies of its own that are unhealthy, or affected themselves. */
  readonly affectedBy: readonly string[];
  /** Unhealthy components with nothing broken below them: where to look. Its own name when it is the cause itself. */
  readonly rootCauses: readonly string[];
  /** Results go back and forth too often for the status to follow: it stays at its worst until they settle. */
  readonly flapping: boolean;
  /** Unix time in milliseconds of the latest result; `undefined` before the first. */
  readonly checkedAtMillis: number | undefined;
  /** Age of the latest result. */
  readonly ageMillis: number | undefined;
  /** How long the latest run took; `undefined` before the first, and when it was not begun. */
  readonly durationMillis: number | undefined;
  /** Unix time in milliseconds of the latest healthy result. */
  readonly lastSuccessMillis: number | undefined;
  /** Unhealthy results in a row, up to the latest. */
  readonly consecutiveFailures: number;
  /** Runs that have not ended since they were abandoned. */
  readonly abandonedRuns: number;
  /** The latest results, oldest first; at most 20. */
  readonly history: readonly HistoryEntry[];
  readonly recovery: RecoveryReport | undefined;
}

/** The health of the system, or of the part that was asked for. */
export interface SystemHealth {
  /** The worst of the critical components; others make it `degraded` at worst. `healthy` when there is none. */
  readonly status: Status;
  /** Whether the probe asked for passes; without one, whether the status is healthy or degraded. */
  readonly passes: boolean;
  /** Why it passes or does not, where the components do not tell: draining, held ready by the guard. */
  readonly reason: string | undefined;
  /** Where to look: unhealthy components with nothing broken below them. */
  readonly rootCauses: readonly string[];
  /** The worst status of each kind that has components. */
  readonly kinds: Readonly<Partial<Record<CheckKind, Status>>>;
  /** In the order of registration. */
  readonly components: readonly ComponentHealth[];
  /** Unix time in milliseconds. */
  readonly timestampMillis: number;
  /** How long it took to put together, runs included. */
  readonly durationMillis: number;
}
