export type {
  CheckContext,
  CheckFunction,
  CheckKind,
  CheckOptions,
  CheckOutcome,
  CheckResult,
  ProbeName,
  RecoveryOptions,
} from './check.ts';
export { createHealth, health } from './create-health.ts';
export type {
  CheckCompletedEvent,
  ComponentDegradedEvent,
  HealthEvent,
  HealthEventMap,
  HealthWatchMap,
  RecoveryAttemptedEvent,
  StatusChangedEvent,
} from './events.ts';
export type {
  CheckDefinition,
  CheckRunOptions,
  Health,
  HealthOptions,
  HealthQuery,
  HealthSettings,
  ReadinessGuard,
  WatchOptions,
} from './health.ts';
export type {
  ComponentHealth,
  FailureReason,
  HistoryEntry,
  RecoveryOutcome,
  RecoveryReport,
  SystemHealth,
} from './report.ts';
export type { ResultStatus, Status } from './status.ts';
