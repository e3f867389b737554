import { constants, PerformanceObserver } from 'node:perf_hooks';
import type { Group, GroupContext } from '../group.ts';

/** Kinds of collections by the number that Node.js gives them. */
const TYPES: ReadonlyMap<number, string> = new Map([
  [constants.NODE_PERFORMANCE_GC_MINOR, 'minor'],
  // The minor mark-sweep of V8, an alternative to the scavenger, which Node.js has no constant for.
  [2, 'minor'],
  [constants.NODE_PERFORMANCE_GC_MAJOR, 'major'],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, 'incremental'],
  [constants.NODE_PERFORMANCE_GC_WEAKCB, 'weakcb'],
]);
const MILLIS_PER_SECOND = 1_000;
/** Of the semantic conventions. */
const BOUNDARIES = [0.01, 0.1, 1, 10];

/** `v8js.gc.duration`: recorded as it happens, for Node.js keeps no totals. */
export function createGc({ meter }: GroupContext): Group {
  const duration = meter.createHistogram('v8js.gc.duration', {
    description: 'Garbage collection duration',
    unit: 's',
    advice: { explicitBucketBoundaries: BOUNDARIES },
  });
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { detail } = entry as { readonly detail?: { readonly kind?: number } };
      const type = TYPES.get(detail?.kind ?? 0);
      if (type !== undefined) duration.record(entry.duration / MILLIS_PER_SECOND, { 'v8js.gc.type': type });
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  return { observables: [], observe() {}, stop: () => observer.disconnect() };
}
