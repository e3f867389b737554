import { processWide } from '@org/instrument-core';
import * as own from './own-process-audit.ts';

export type { Announcement } from './own-process-audit.ts';

// What one copy of this package records comes to the journal that another one has opened.
const shared = processWide('audit', () => own);

/** See {@link own.audit}. */
export const audit: typeof own.audit = shared.audit;
export const isAuditDisabled: typeof own.isAuditDisabled = shared.isAuditDisabled;
export const isJournalExpected: typeof own.isJournalExpected = shared.isJournalExpected;
export const openingFailure: typeof own.openingFailure = shared.openingFailure;
export const waitingOperations: typeof own.waitingOperations = shared.waitingOperations;
export const announceAudit: typeof own.announceAudit = shared.announceAudit;
export const installAudit: typeof own.installAudit = shared.installAudit;
export const disableAudit: typeof own.disableAudit = shared.disableAudit;
