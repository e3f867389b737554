import type { MeterProvider } from '@org/instrument-core';
import type { AuditStatus } from '../audit.ts';

/** Upper bounds of the duration of a sync, in seconds: solid-state disks at one end, a disk that is ill at the other. */
const SYNC_BOUNDS = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5,
];

/** What became of an operation. */
export type EntryResult = 'recorded' | 'shed' | 'refused';

/** Metrics of a journal. */
export interface JournalMetrics {
  count(result: EntryResult): void;
  synced(durationMillis: number): void;
  /** The journal is gone, and has no state any more. */
  stop(): void;
}

/** Metrics of a journal, with its origin as an attribute. */
export function createJournalMetrics(
  meters: MeterProvider,
  origin: string,
  status: () => AuditStatus,
): JournalMetrics {
  const meter = meters.getMeter('@org/instrument-audit');
  const attributes = { 'audit.journal': origin };
  const entries = meter.createCounter('audit.entries', {
    description: 'Operations given to the journal, by what became of them',
    unit: '{entry}',
  });
  const bound = Object.fromEntries(
    (['recorded', 'shed', 'refused'] as const).map((result) => [
      result,
      entries.bind({ ...attributes, 'audit.result': result }),
    ]),
  ) as Record<EntryResult, ReturnType<typeof entries.bind>>;
  const syncs = meter
    .createHistogram('audit.journal.sync.duration', {
      description: 'Time to bring entries to disk, all that came meanwhile together',
      unit: 's',
      advice: { explicitBucketBoundaries: SYNC_BOUNDS },
    })
    .bind(attributes);
  const size = meter.createObservableUpDownCounter('audit.journal.size', {
    description: 'Entries in the journal, those that retention has removed included',
    unit: '{entry}',
  });
  const waiting = meter.createObservableUpDownCounter('audit.journal.waiting', {
    description: 'Bytes of entries that wait for the disk',
    unit: 'By',
  });
  const uncovered = meter.createObservableUpDownCounter('audit.journal.uncovered', {
    description: 'Entries that no signed checkpoint covers yet',
    unit: '{entry}',
  });
  const state = meter.createObservableGauge('audit.journal.state', {
    description: 'Whether the journal is in this state: open, waiting, full',
  });
  const observe: Parameters<typeof meter.addBatchObservableCallback>[0] = (result) => {
    const now = status();
    result.observe(size, now.size, attributes);
    result.observe(waiting, now.waitingBytes, attributes);
    result.observe(uncovered, now.size - now.checkpointed, attributes);
    for (const word of ['open', 'waiting', 'full'] as const) {
      result.observe(state, now.state === word ? 1 : 0, { ...attributes, 'audit.state': word });
    }
  };
  const observed = [size, waiting, uncovered, state];
  meter.addBatchObservableCallback(observe, observed);
  return {
    count: (result) => bound[result].add(1),
    synced: (durationMillis) => syncs.record(durationMillis / 1_000),
    stop: () => meter.removeBatchObservableCallback(observe, observed),
  };
}
