import { getHeapSpaceStatistics, getHeapStatistics } from 'node:v8';
import type { Group, GroupContext } from '../group.ts';
import { InstrumentSet } from '../instrument-set.ts';
import { perName } from '../per-name.ts';

/** `v8js.memory.heap.*`; what of the memory has no convention is `instrument.*`. */
export function createHeap({ meter }: GroupContext): Group {
  const set = new InstrumentSet(meter);
  const of = (name: string, description: string) =>
    set.upDownCounter(`v8js.memory.heap.${name}`, 'By', description);
  const used = of('used', 'Heap memory in use');
  const size = of('space.size', 'Heap memory taken for a space');
  const available = of('space.available_size', 'Heap memory of a space that is free');
  const physical = of('space.physical_size', 'Heap memory of a space that is committed');
  const limit = set.upDownCounter(
    'instrument.heap.limit',
    'By',
    'What the heap may grow to: beyond, the process ends',
  );
  const external = set.upDownCounter(
    'instrument.memory.external',
    'By',
    'Memory that JavaScript objects hold outside of the heap: buffers, most of all',
  );
  const attributesOf = perName((name) => ({ 'v8js.heap.space.name': name }));
  return {
    observables: set.all,
    observe(result) {
      for (const space of getHeapSpaceStatistics()) {
        const attributes = attributesOf(space.space_name);
        result.observe(used, space.space_used_size, attributes);
        result.observe(size, space.space_size, attributes);
        result.observe(available, space.space_available_size, attributes);
        result.observe(physical, space.physical_space_size, attributes);
      }
      const heap = getHeapStatistics();
      result.observe(limit, heap.heap_size_limit);
      result.observe(external, heap.external_memory);
    },
  };
}
