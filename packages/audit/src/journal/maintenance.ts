import { reportFault } from '@org/instrument-core';
import type { JournalAudit } from '../journal-audit.ts';
import type { ResolvedAuditOptions } from '../resolve-options.ts';
import type { Journal } from './journal.ts';
import type { OwnRecorder } from './own-recorder.ts';
import { RemovalLog } from './removal-log.ts';
import { type ClosedSegment, expiredSegments, prepareHashes } from './retention.ts';
import { DamagedSegmentError } from './segment-hashes.ts';
import { SteadyCalendar } from './steady-calendar.ts';

/** How often age is looked at: segments and retention count in days. */
const SWEEP_MILLIS = 60 * 60 * 1_000;
const MIN_SWEEP_MILLIS = 10;

/** What goes on in the background. */
export interface Maintenance {
  /** A segment was closed. */
  readonly onRotated: () => void;
  /** Begins nothing any more. Resolves when what was under way is over. */
  stop(): Promise<void>;
}

/** Signs checkpoints at their interval, closes segments that are old, and removes those that retention has no room for. */
export function startMaintenance(parts: {
  readonly audit: JournalAudit;
  readonly own: OwnRecorder;
  readonly journal: Journal;
  /** Entries of the journal, as it was opened, that a checkpoint vouches for. */
  readonly signed: number;
  readonly options: ResolvedAuditOptions;
}): Maintenance {
  const { audit, own, journal, signed, options } = parts;
  const { directory, events, maxAgeMillis, maxBytes, segmentAgeMillis } = options;
  const calendar = new SteadyCalendar();
  let isStopped = false;
  let sweeping: Promise<void> | undefined;
  /** Whether a segment was closed while others were being removed. */
  let isDue = false;

  const sign = (): void => {
    const { size, checkpointed, state } = audit.status();
    if (size === checkpointed || state !== 'open') return;
    audit.checkpoint().catch((error: unknown) => reportFault('audit', 'signing a checkpoint', error));
  };
  const removals = new RemovalLog({
    directory,
    origin: journal.origin,
    size: journal.size,
    signed,
    next: journal.headerHash(),
  });
  const remove = async (segment: ClosedSegment): Promise<void> => {
    const range = { first: segment.first, last: segment.end - 1 };
    // What was closed may still be in memory: only of what is on disk a damage can be told.
    await audit.flush();
    await removals.read();
    const hashes = await prepareHashes(directory, journal.origin, segment);
    try {
      const header = removals.headerAt(segment.first) ?? hashes.header;
      if (header !== hashes.header) throw new DamagedSegmentError(segment.path);
      if (isStopped) return;
      // On record, and signed, before it is done: what is removed without that was removed by somebody else.
      const attributes = removals.attributesOf(range, hashes.next);
      await own.record('audit.journal.pruned', attributes).durable;
      await audit.checkpoint();
      journal.mustBeOurs();
      await hashes.replace();
      removals.add(attributes);
    } finally {
      await hashes.discard();
    }
    events.emit('audit.pruned', { directory, ...range, timestampMillis: Date.now() });
  };
  const sweep = async (): Promise<void> => {
    const limits = { maxAgeMillis, maxBytes };
    const segments = await expiredSegments(directory, journal.openFrom, limits, calendar.now());
    for (const segment of segments) {
      if (isStopped) return;
      try {
        await remove(segment);
      } catch (error) {
        // One that is damaged stays as evidence; that must not keep all that come after it.
        if (!(error instanceof DamagedSegmentError)) throw error;
        reportFault('audit', 'removing an old segment', error);
      }
    }
  };
  const startSweep = (): void => {
    if (isStopped || (maxAgeMillis === undefined && maxBytes === undefined)) return;
    isDue = sweeping !== undefined;
    if (isDue) return;
    sweeping = sweep()
      .catch((error: unknown) => {
        if (!isStopped) reportFault('audit', 'removing old segments', error);
      })
      .finally(() => {
        sweeping = undefined;
        if (isDue) startSweep();
      });
  };
  const signTimer = setInterval(sign, options.checkpointIntervalMillis).unref();
  const sweepTimer = setInterval(
    () => {
      journal.endOldSegment();
      startSweep();
    },
    Math.max(MIN_SWEEP_MILLIS, Math.min(SWEEP_MILLIS, segmentAgeMillis, maxAgeMillis ?? SWEEP_MILLIS)),
  ).unref();
  startSweep();
  return {
    // After the entry that has filled it is in place.
    onRotated: () => queueMicrotask(startSweep),
    stop: async () => {
      isStopped = true;
      clearInterval(signTimer);
      clearInterval(sweepTimer);
      await sweeping;
    },
  };
}
