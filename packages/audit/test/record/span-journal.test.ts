import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Audit } from '../../src/audit.ts';
import { createAudit } from '../../src/create-audit.ts';
import { audited } from '../../src/decorate/audited.ts';
import { personal } from '../../src/subjects/personal.ts';
import { useSpans } from './span-bed.ts';

const bed = useSpans();
let directory = '';
let audit: Audit;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'audit-'));
  audit = createAudit({ directory, tracer: bed.tracer });
});
afterEach(async () => {
  await audit.close();
  rmSync(directory, { recursive: true, force: true });
});

test('an operation is one span and its entries, which name each other, and lineage goes across traces', async () => {
  const rows = { namespace: 'postgres://db', name: 'orders' };
  const load = audited('orders.load', async () => 2, {
    actor: personal('user:42', 'ada@example.org'),
    after: ({ result }) => ({ outputs: [{ ...rows, rows: result }] }),
    audit,
  });
  await load();
  audit.record({ action: 'orders.report', inputs: [rows] });
  const spans = bed.finished();
  expect(spans.map((span) => span.name)).toEqual(['audit.orders.load', 'audit.orders.report']);
  const { entries } = await audit.page();
  const [loaded, reported] = spans.map((span) => span.spanContext());
  expect(entries.map((entry) => entry.correlation?.spanId)).toEqual([
    loaded?.spanId,
    loaded?.spanId,
    reported?.spanId,
  ]);
  expect(loaded?.traceId).not.toBe(reported?.traceId);
  expect(spans[1]?.links.map((link) => link.context.spanId)).toEqual([loaded?.spanId]);
  expect(spans[0]?.attributes).toMatchObject({
    'audit.entry.index': 1,
    'audit.entry.hash': entries[1]?.hash,
    'audit.journal': audit.status().origin,
    'audit.outputs': ['postgres://db/orders'],
    'audit.outputs.rows': 2,
    'audit.actor.id': '[sealed]',
  });
  expect(entries[0]?.actor).toEqual({ id: 'ada@example.org' });
});
