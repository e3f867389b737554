import { plainText } from '../../lineage/export/plain-text.ts';
import type { AuditEntry } from '../../operation/entry.ts';
import { visibleLines } from '../visible-lines.ts';

/** An entry on one line for a person to read. */
export function entryLine(entry: AuditEntry): string {
  const { index, time, action, actor, target, error, outcome, phase } = entry;
  const who = plainText(actor?.id) ?? '-';
  const what = plainText(target?.id);
  const parts = [
    String(index).padStart(8),
    time,
    (outcome ?? phase ?? '').padEnd(9),
    action,
    what === undefined ? who : `${who} → ${what}`,
    ...(error === undefined
      ? []
      : [`(${[error.type, plainText(error.message)].filter(Boolean).join(': ')})`]),
  ];
  return visibleLines([parts.join('  ')]);
}
