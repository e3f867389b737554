import { createDurations, type Durations } from '../durations.ts';
import type { LoadFigures } from './protocol.ts';

/** What all streams of a load generator count together. */
export interface LoadTally extends Record<Exclude<keyof LoadFigures, 'latency'>, number> {
  readonly latency: Durations;
}

/** Nothing counted yet. */
export function createLoadTally(): LoadTally {
  return {
    sent: 0,
    answered: 0,
    verified: 0,
    wrong: 0,
    duplicates: 0,
    outOfOrder: 0,
    resent: 0,
    reconnects: 0,
    connected: 0,
    latency: createDurations(),
  };
}

/** The tally as it can be sent. */
export function loadFigures({ latency, ...counts }: LoadTally): LoadFigures {
  return { ...counts, latency: latency.figures() };
}
