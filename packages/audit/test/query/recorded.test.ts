import { describe, expect, it, onTestFinished } from 'vitest';
import { createAudit } from '../../src/create-audit.ts';
import { buildLineage } from '../../src/lineage/build-lineage.ts';
import type { AuditOperation } from '../../src/operation/operation.ts';
import type { AuditQuery } from '../../src/query/query.ts';
import { personal } from '../../src/subjects/personal.ts';
import { temporaryDirectory } from '../subjects/directory.ts';

const set = (name: string, version?: string) => ({ namespace: 'pg://db"\\', name, version, rows: 1 });

describe('what was recorded', () => {
  const operations: AuditOperation[] = [
    { action: 'orders.place', actor: 'user:1', target: { id: 'order:"7"\\', type: 'order' } },
    { action: 'orders.refund', actor: personal('ada', 'user:ada'), error: new TypeError('no') },
    { action: 'etl.run', inputs: [set('é\u2028')], outputs: [set('clean', '3')], outcome: 'cancelled' },
    {
      action: 'etl.run',
      inputs: [set('clean')],
      correlation: { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), tenant: '\t"t', requestId: 'r/1' },
    },
  ];

  it('is found by each filter, as soon as it is recorded', async () => {
    const audit = createAudit({ directory: temporaryDirectory() });
    onTestFinished(() => audit.close());
    for (const operation of operations) audit.record(operation);
    const found = async (query: AuditQuery) => {
      const indexes: number[] = [];
      for await (const { index } of audit.query(query)) indexes.push(index);
      return indexes;
    };
    expect(await found({})).toEqual([0, 1, 2, 3]);
    expect(await found({ action: 'orders.*' })).toEqual([0, 1]);
    expect(await found({ actor: 'user:1' })).toEqual([0]);
    expect(await found({ actor: 'user:ada' })).toEqual([1]);
    expect(await found({ target: 'order:"7"\\' })).toEqual([0]);
    expect(await found({ outcome: ['failure', 'cancelled'], order: 'descending' })).toEqual([2, 1]);
    expect(await found({ dataset: { namespace: 'pg://db"\\', name: 'é\u2028' } })).toEqual([2]);
    expect(await found({ dataset: { namespace: 'pg://db"\\', name: 'clean' } })).toEqual([2, 3]);
    expect(await found({ traceId: 'a'.repeat(32) })).toEqual([3]);
    expect(await found({ tenant: '\t"t' })).toEqual([3]);
    expect(await found({ requestId: 'r/1' })).toEqual([3]);
    expect(await audit.erase('ada')).toBe(true);
    expect(await found({ actor: 'user:ada' })).toEqual([]);
  });

  it('tells its lineage, started and ended', async () => {
    const audit = createAudit({ directory: temporaryDirectory() });
    onTestFinished(() => audit.close());
    const outer = audit.begin({ action: 'outer', inputs: [set('raw')] });
    audit.record({ action: 'inner', inputs: [set('raw')], outputs: [set('part', '1')] });
    outer.end({ inputs: [set('raw'), set('part')], outputs: [set('report')] });
    const lineage = await buildLineage(audit.query());
    const { nodes, edges } = lineage.ancestors({ dataset: { namespace: 'pg://db"\\', name: 'report' } });
    expect(nodes.map((node) => (node.kind === 'operation' ? node.action : node.name))).toEqual([
      'raw',
      'part',
      'outer',
      'report',
      'inner',
    ]);
    expect(edges).toHaveLength(5);
  });
});
