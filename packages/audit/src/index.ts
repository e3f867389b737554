export type {
  Audit,
  AuditStatus,
  Checkpoint,
  OpenOperation,
  OperationEnd,
} from './audit.ts';
export { currentAuditContext } from './context/audit-context.ts';
export { type Audited, type AuditedDecorator, audited } from './decorate/audited.ts';
export type {
  AuditDurability,
  AuditedOperation,
  AuditedOptions,
  EndedCall,
  KnownAfter,
  KnownBefore,
} from './decorate/audited-options.ts';
export type { AuditContext } from './encode/encoder.ts';
export type {
  AuditEventMap,
  AuditState,
  AuditStateEvent,
  CheckpointEvent,
  ErasedEvent,
  PrunedEvent,
  RecoveredEvent,
} from './events.ts';
export type {
  Adjustment,
  AuditEntry,
  EntryActor,
  EntryContent,
  EntryDataset,
  EntryTarget,
  EntryText,
  JsonObject,
  JsonValue,
  RecordedEntry,
  SealedValue,
} from './operation/entry.ts';
export type {
  AuditActor,
  AuditCorrelation,
  AuditDataset,
  AuditFailure,
  AuditOperation,
  AuditOutcome,
  AuditTarget,
  AuditText,
  SpanReference,
} from './operation/operation.ts';
export type {
  AuditOptions,
  RedactionOptions,
  RedactionPattern,
  RetentionOptions,
  WhenFull,
} from './options.ts';
export {
  type Announcement,
  announceAudit,
  audit,
  disableAudit,
  installAudit,
  waitingOperations,
} from './process-audit.ts';
export type { AuditPage, AuditQuery, QueriedOutcome } from './query/query.ts';
export { type PersonalValue, personal } from './subjects/personal.ts';
export type { Verification, VerificationFailure, VerifyOptions } from './verify/verification.ts';
