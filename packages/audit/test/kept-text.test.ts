import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import type { AuditOperation } from '../src/operation/operation.ts';
import { personal } from '../src/subjects/personal.ts';
import { useAudits } from './opened-audits.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

const BODIES = 10;
const BODY_BYTES = 4_000_000;
const audits = useAudits();

/** Thirteen characters or more, cut out of a body of four million. */
function cutOut(number: number): string {
  const body = `customer-${String(number).padStart(8, '0')}&${'x'.repeat(BODY_BYTES)}`;
  return body.slice(0, body.indexOf('&'));
}

test.each<[string, (text: string) => AuditOperation]>([
  ['the subject of a personal value', (text) => ({ action: 'users.update', actor: personal(text, text) })],
  ['an action', (text) => ({ action: text })],
])('%s keeps nothing of a long text that it was cut out of', async (_, operationOf) => {
  const { audit } = audits.open();
  audit.record(operationOf('customer-of-before'));
  await audit.flush();
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  for (let number = 0; number < BODIES; number++) audit.record(operationOf(cutOut(number)));
  await audit.flush();
  collectGarbage();
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(BODY_BYTES);
});
