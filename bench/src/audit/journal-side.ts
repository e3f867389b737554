import type { RecordedEntry } from '@org/instrument-audit';
import { createAudit } from '@org/instrument-audit/journal';
import { REDACTION } from './operation.ts';
import type { Side } from './sides.ts';

/** Our journal, by its defaults. */
export function openJournal(directory: string, isRedacting: boolean): Side {
  const audit = createAudit({ directory, redact: isRedacting ? REDACTION : undefined });
  let last: RecordedEntry | undefined;
  return {
    put: (operation) => {
      last = audit.record(operation);
    },
    putDurably: (operation) => audit.record(operation).durable,
    settle: async () => await last?.durable,
    count: () => audit.status().durable,
    close: () => audit.close(),
  };
}
