import { ValueType } from '@opentelemetry/api';
import type { Group, GroupContext } from '../group.ts';
import { InstrumentSet } from '../instrument-set.ts';
import { perName } from '../per-name.ts';

/** `v8js.resource.active`: what keeps the event loop alive, by type. */
export function createHandles({ meter }: GroupContext): Group {
  const set = new InstrumentSet(meter);
  const active = set.gauge(
    'v8js.resource.active',
    '{resource}',
    'Resources that keep the event loop alive',
    ValueType.INT,
  );
  /** A type that is not there any more is told to be none, once seen: a line that ends tells nobody that it fell. */
  const counts = new Map<string, number>();
  const attributesOf = perName((type) => ({ 'v8js.resource.type': type }));
  return {
    observables: set.all,
    observe(result) {
      for (const type of counts.keys()) counts.set(type, 0);
      for (const type of process.getActiveResourcesInfo()) counts.set(type, (counts.get(type) ?? 0) + 1);
      for (const [type, count] of counts) result.observe(active, count, attributesOf(type));
    },
  };
}
