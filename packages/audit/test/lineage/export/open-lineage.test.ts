import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createOpenLineageMapper, toOpenLineage } from '../../../src/lineage/export/open-lineage.ts';
import type { OpenLineageRunEvent } from '../../../src/lineage/export/open-lineage-event.ts';
import type { AuditEntry } from '../../../src/operation/entry.ts';
import { entriesOf, moved, set } from '../entries.ts';
import { runEventSchema } from './run-event-schema.ts';
import { anyEntries, collect } from './samples.ts';

const ajv = new Ajv2020({ allErrors: true });
formats.default(ajv);
const isRunEvent = ajv.compile(runEventSchema);

async function eventsOf(
  entries: readonly AuditEntry[],
  origin = 'example.org/etl',
): Promise<OpenLineageRunEvent[]> {
  const text = await collect(toOpenLineage(entries, { origin }));
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as OpenLineageRunEvent);
}

describe('OpenLineage events', () => {
  it('are what the specification asks for, whatever is in the journal', async () => {
    await fc.assert(
      fc.asyncProperty(anyEntries, async (entries) => {
        for (const event of await eventsOf(entries)) {
          isRunEvent(event);
          expect(isRunEvent.errors).toBeNull();
        }
      }),
    );
  });

  it('say when a run starts and how it ends', async () => {
    const both = (outcome: 'success' | 'failure' | 'cancelled' | 'denied' | 'unknown') =>
      entriesOf([moved(['in'], ['out'], { outcome, startTime: '2026-11-25T11:00:00.000Z' })]);
    const types = async (outcome: Parameters<typeof both>[0]) =>
      (await eventsOf(both(outcome))).map(({ eventType }) => eventType);
    expect(await types('success')).toEqual(['START', 'COMPLETE']);
    expect(await types('failure')).toEqual(['START', 'FAIL']);
    expect(await types('denied')).toEqual(['START', 'FAIL']);
    expect(await types('cancelled')).toEqual(['START', 'ABORT']);
    expect(await types('unknown')).toEqual(['START', 'ABORT']);
    const [start, end] = await eventsOf(both('success'));
    expect(start?.eventTime).toBe('2026-11-25T11:00:00.000Z');
    expect(end?.run.runId).toBe(start?.run.runId);
    expect(end?.job).toEqual({ namespace: 'example.org/etl', name: 'data.move' });
    expect(end?.inputs).toEqual([{ namespace: 'ns', name: 'in', facets: {} }]);
  });

  it('make one run of the two entries of an operation', async () => {
    const events = await eventsOf(
      entriesOf([
        { action: 'etl', phase: 'started', inputs: [set('in')] },
        { action: 'other' },
        { action: 'etl', phase: 'ended', started: 0, outputs: [set('out@3')] },
      ]),
    );
    expect(events.map(({ eventType, job }) => `${job.name} ${eventType}`)).toEqual([
      'etl START',
      'other START',
      'other COMPLETE',
      'etl COMPLETE',
    ]);
    expect(events[3]?.run.runId).toBe(events[0]?.run.runId);
    expect(events[1]?.run.runId).not.toBe(events[0]?.run.runId);
    expect(events[3]?.outputs[0]?.facets?.version).toMatchObject({ datasetVersion: '3' });
  });

  it('have the same ids each time, and others for another journal', async () => {
    const entries = entriesOf([{}, {}]);
    const ids = (events: readonly OpenLineageRunEvent[]) => events.map(({ run }) => run.runId);
    expect(ids(await eventsOf(entries))).toEqual(ids(await eventsOf(entries)));
    expect(ids(await eventsOf(entries, 'example.org/b'))).not.toEqual(ids(await eventsOf(entries)));
  });

  it('give no run a parent, since one span says nothing of what ran inside of what', async () => {
    const correlation = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) };
    const events = await eventsOf(
      entriesOf([
        { action: 'one', phase: 'started', correlation },
        { action: 'beside', phase: 'started', correlation },
        { action: 'inside', correlation },
        { action: 'one', phase: 'ended', started: 0, correlation },
        { action: 'beside', phase: 'ended', started: 1, correlation },
      ]),
    );
    expect(events.map(({ run }) => Object.keys(run.facets))).toEqual(Array(6).fill(['audit_entry']));
  });

  it('carry counts, versions, digests, sources and errors in their facets', () => {
    const [entry] = entriesOf([
      {
        inputs: [{ namespace: 'postgres://db:5432', name: 'public.orders', rows: 3, bytes: 40 }],
        outputs: [{ ...set('out@7'), rows: 2, digest: 'sha256:ab' }],
        outcome: 'failure',
        error: { type: 'TypeError', message: 'no' },
      },
    ]);
    const map = createOpenLineageMapper({ origin: 'o', namespace: 'jobs', producer: 'urn:me' });
    const end = map(entry as AuditEntry)[1];
    expect(end?.job.namespace).toBe('jobs');
    expect(end?.inputs[0]).toMatchObject({
      facets: { dataSource: { uri: 'postgres://db:5432' } },
      inputFacets: { inputStatistics: { rowCount: 3, size: 40, _producer: 'urn:me' } },
    });
    expect(end?.outputs[0]).toMatchObject({
      facets: { version: { datasetVersion: '7' }, audit_digest: { digest: 'sha256:ab' } },
      outputFacets: { outputStatistics: { rowCount: 2 } },
    });
    expect(end?.run.facets).toMatchObject({
      errorMessage: { message: 'TypeError: no' },
      audit_entry: { index: 0, hash: 'hash0', actor: { id: 'user:0' } },
    });
  });
});
