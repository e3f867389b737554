export { createAudit } from './create-audit.ts';
export { queryJournal } from './query/query-journal.ts';
export { readSubjectKeys } from './subjects/read-subject-keys.ts';
