import { expect } from 'vitest';
import type { OpenedAudit } from '../opened-audits.ts';

/** Records until retention has removed so many segments more. */
export async function removeSome({ audit, seen }: OpenedAudit, count: number): Promise<void> {
  const before = seen('audit.pruned').length;
  for (let round = 0; seen('audit.pruned').length < before + count && round < 500; round++) {
    for (let n = 0; n < 8; n++) audit.record({ action: 'orders.look', attributes: { n } });
    await audit.flush();
    await new Promise(setImmediate);
  }
  expect(seen('audit.pruned').length).toBeGreaterThanOrEqual(before + count);
}
