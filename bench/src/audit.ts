import { measureAuditedCalls } from './audit/audited-calls.ts';
import { measureBurst } from './audit/burst.ts';
import { measurePace } from './audit/pace.ts';
import { measureRecordCalls } from './audit/recording.ts';
import { measureAuditStart } from './audit/starting.ts';
import { measureVerifying } from './audit/verifying.ts';
import type { Finding } from './measure.ts';

/** What it costs to put operations on record, and to prove that nobody touched them; each side in fresh processes. */
export async function measureAudit(report: (finding: Finding) => void): Promise<void> {
  await measureRecordCalls(report);
  await measureBurst(report);
  await measurePace(report);
  await measureAuditedCalls(report);
  await measureVerifying(report);
  await measureAuditStart(report);
}
