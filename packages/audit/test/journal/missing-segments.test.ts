import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import { afterEach, expect, test } from 'vitest';
import { verifyJournal } from '../../src/verify/verify-journal.ts';
import { useAudits } from '../opened-audits.ts';

const audits = useAudits();
afterEach(() => diag.disable());

// In a file of its own: the same fault is said once a minute.
test('a journal whose segments are gone, and were signed, begins anew, says so, and does not verify', async () => {
  const { audit, directory } = audits.open();
  for (let n = 0; n < 5; n++) audit.record({ action: 'orders.place' });
  await audit.close();
  rmSync(join(directory, 'segments'), { recursive: true });
  const errors: string[] = [];
  const none = (): void => {};
  const error = (message: string): void => void errors.push(message);
  diag.setLogger({ error, warn: none, info: none, debug: none, verbose: none }, DiagLogLevel.ERROR);
  const again = audits.open({ directory });
  expect(errors).toContainEqual(
    expect.stringMatching(/finding all entries.*5 are missing: 5 were signed, 0 are there/),
  );
  expect(again.audit.status().missing).toBe(5);
  expect(again.seen('audit.recovered')).toMatchObject([{ size: 0, missing: 5 }]);
  const [told] = await again.entries();
  expect(told).toMatchObject({ action: 'audit.journal.recovered', attributes: { missing: 5 } });
  expect(again.audit.status().origin).toBe(audit.status().origin);
  again.audit.record({ action: 'orders.place' });
  await again.audit.close();
  expect(await verifyJournal(directory)).toMatchObject({ ok: false });
});
