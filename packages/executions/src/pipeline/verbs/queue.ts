import type { ObservableResult } from '@opentelemetry/api';
import type { QueueDepthRecord } from '../records.ts';
import type { Site } from '../site.ts';
import { type Item, keyOf, MAX_TRACKED, Tracked } from '../tracked.ts';

const VERB = 'recordQueueDepth';
/** Labels of its own. */
const OWN: readonly string[] = ['queue'];

interface Kept {
  depth: number;
  capacity: number | undefined;
}

/** Keeps what waits in queues; it is looked at when it is collected, so telling it often costs little. */
export function queueVerb(site: Site): (queue: QueueDepthRecord) => void {
  const tracked = new Tracked<Kept>(({ depth }) => depth === 0);
  let isShown = false;
  return site.guard(VERB, ({ queue: name, depth: waiting, capacity: most, attributes }) => {
    const queue = site.label(VERB, 'queue', name);
    const depth = site.amount(VERB, 'depth', waiting);
    const capacity = most === undefined ? undefined : site.amount(VERB, 'capacity', most);
    if (depth === undefined) return;
    const key = keyOf(queue, attributes, OWN);
    const known = tracked.get(key);
    if (known !== undefined) {
      // One that comes to rest now has been at rest for the shortest time.
      if (depth === 0 && known.state.depth !== 0) tracked.set(key, known);
      known.state.depth = depth;
      if (capacity !== undefined) known.state.capacity = capacity;
      return;
    }
    const labels = site.series(VERB, attributes);
    labels.queue = queue;
    if (!tracked.set(key, { labels, state: { depth, capacity } })) {
      site.refuse(VERB, 'queue', name, `at most ${MAX_TRACKED} queues that are not empty`);
      return;
    }
    if (!isShown) show(site, tracked);
    isShown = true;
  });
}

function show({ name, meter }: Site, tracked: Tracked<Kept>): void {
  const gauge = (
    what: string,
    unit: string,
    description: string,
    figureOf: (kept: Kept) => unknown,
  ): void => {
    meter
      .createObservableGauge(`${name}.queue.${what}`, { unit, description })
      .addCallback((result) => observe(result, tracked.values(), figureOf));
  };
  gauge('depth', '{item}', 'What waits in a queue', ({ depth }) => depth);
  gauge('capacity', '{item}', 'What a queue takes at most', ({ capacity }) => capacity);
  gauge('utilization', '1', 'Share of a queue that is taken', utilizationOf);
}

function observe(
  result: ObservableResult,
  items: Iterable<Item<Kept>>,
  figureOf: (kept: Kept) => unknown,
): void {
  for (const { labels, state } of items) {
    const value = figureOf(state);
    if (typeof value === 'number') result.observe(value, labels);
  }
}

function utilizationOf({ depth, capacity }: Kept): number | undefined {
  return capacity === undefined || capacity === 0 ? undefined : depth / capacity;
}
