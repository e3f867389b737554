import { expect, test } from 'vitest';
import { cutOut, keptBy, WHOLE_LENGTH } from '../../core/test/kept-memory.ts';
import type { AuditOperation } from '../src/operation/operation.ts';
import { personal } from '../src/subjects/personal.ts';
import { useAudits } from './opened-audits.ts';

const BODIES = 10;
const audits = useAudits();

test.each<[string, (text: string) => AuditOperation]>([
  ['the subject of a personal value', (text) => ({ action: 'users.update', actor: personal(text, text) })],
  ['an action', (text) => ({ action: text })],
])('%s keeps nothing of a long text that it was cut out of', async (_, operationOf) => {
  const { audit } = audits.open();
  audit.record(operationOf('customer-of-before'));
  await audit.flush();
  const kept = await keptBy(async () => {
    for (let number = 0; number < BODIES; number++) {
      audit.record(operationOf(cutOut(`customer-${String(number).padStart(8, '0')}`)));
    }
    await audit.flush();
  });
  expect(kept).toBeLessThan(WHOLE_LENGTH);
});
