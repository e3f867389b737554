import type { DatasetHistory, LatestWrite } from './dataset-states.ts';

/** What an operation wrote to datasets, or writes as long as it may be denied. */
export type Writes = Iterable<readonly [DatasetHistory, LatestWrite]>;

/** What several operations of a span wrote to each dataset: of more than one a list, newest last. */
type WritesOfMany = Map<DatasetHistory, LatestWrite | readonly LatestWrite[]>;

/** What the operations of each span wrote. In most spans one did: of those its position is all that is kept. */
export class SpanWrites {
  readonly #spans = new Map<string, number | WritesOfMany>();
  readonly #writesOf: (operation: number) => Writes;

  /** `writesOf`: what the operation at a position has written so far; nothing if it was denied. */
  constructor(writesOf: (operation: number) => Writes) {
    this.#writesOf = writesOf;
  }

  /** The operation at this position has written: `writes` are those that are new, or said again. */
  add(spanId: string, operation: number, writes: Writes): void {
    const known = this.#spans.get(spanId) ?? operation;
    if (known === operation) {
      this.#spans.set(spanId, operation);
      return;
    }
    const many = typeof known === 'number' ? this.#spread(spanId, known) : known;
    for (const [dataset, write] of writes) {
      const before = many.get(dataset);
      many.set(dataset, before === undefined ? write : [...readable([before].flat(), write), write]);
    }
  }

  /** The only operation of a span that wrote; or else what all of them wrote to a dataset, newest last. */
  of(spanId: string, dataset: DatasetHistory): number | readonly LatestWrite[] {
    const known = this.#spans.get(spanId);
    return typeof known === 'number' ? known : [known?.get(dataset) ?? []].flat();
  }

  clear(): void {
    this.#spans.clear();
  }

  #spread(spanId: string, operation: number): WritesOfMany {
    const many: WritesOfMany = new Map(this.#writesOf(operation));
    this.#spans.set(spanId, many);
    return many;
  }
}

/** What may be read of older writes, should the `next` one be denied: the last that has happened, and all after that. */
function readable(writes: readonly LatestWrite[], next: LatestWrite): LatestWrite[] {
  const settled = writes.flatMap((write) => {
    if (typeof write === 'number') return write;
    return write === next || write.isDenied ? [] : (write.state ?? write);
  });
  return settled.slice(
    Math.max(
      0,
      settled.findLastIndex((write) => typeof write === 'number'),
    ),
  );
}
