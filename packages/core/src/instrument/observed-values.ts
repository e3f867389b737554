import type { Stream } from '../stream/stream.ts';
import type { Observations } from './observations.ts';
import type { Storage } from './storage.ts';

/** What one callback contributes to a stream. */
export interface Contribution {
  readonly observations: Observations;
  /** Whether the stream has not been shown it yet; otherwise it is what the callback observed last. */
  readonly isFresh: boolean;
}

/** What was observed for one storage. */
interface Observed {
  readonly values: Map<number, number>;
  /** Series that something fresh belongs to; `undefined` when all do. */
  readonly fresh: ReadonlySet<number> | undefined;
}

/**
 * Shows a stream what was observed of each series. Of one attribute set of an instrument the last observation counts. Sets that fall
 * together only because the view leaves keys out, or because the cardinality limit is reached, are added up where they are parts of
 * a sum, as are the instruments that views make one stream of. What is not fresh is no more than a part of what is.
 */
export function observe(stream: Stream, contributions: readonly Contribution[], nowMillis: number): void {
  const byStorage = new Map<Storage, Contribution[]>();
  for (const contribution of contributions) {
    const { storage } = contribution.observations;
    const others = byStorage.get(storage);
    if (others === undefined) byStorage.set(storage, [contribution]);
    else others.push(contribution);
  }
  const observed = [...byStorage.values()].map((ofStorage) => bySeries(stream, ofStorage));
  for (const [series, value] of addedUp(stream, observed)) {
    if (observed.some(({ fresh }) => fresh?.has(series) ?? true)) stream.observe(series, value, nowMillis);
  }
}

function bySeries(stream: Stream, contributions: readonly Contribution[]): Observed {
  const fresh = contributions.every(({ isFresh }) => isFresh) ? undefined : new Set<number>();
  const values = new Map<number, number>();
  const together = new Map<string, { series: number; value: number; isFresh: boolean }>();
  for (const { observations, isFresh } of contributions) {
    observations.forEach(stream, (series, value, set) => {
      if (set === undefined) {
        if (isFresh || fresh?.has(series) !== true) values.set(series, value);
      } else if (isFresh || together.get(set)?.isFresh !== true) {
        together.set(set, { series, value, isFresh });
      }
      if (isFresh) fresh?.add(series);
    });
  }
  for (const { series, value } of together.values()) {
    const before = stream.kind === 'sum' ? values.get(series) : undefined;
    if (before !== undefined) stream.addsUp(series);
    values.set(series, before === undefined ? value : before + value);
  }
  return { values, fresh };
}

function addedUp(stream: Stream, observed: readonly Observed[]): Map<number, number> {
  const [first, ...others] = observed;
  const sums = first?.values ?? new Map<number, number>();
  for (const { values } of others) {
    for (const [series, value] of values) {
      const before = sums.get(series);
      if (before !== undefined) stream.addsUp(series);
      sums.set(series, before === undefined ? value : before + value);
    }
  }
  return sums;
}
