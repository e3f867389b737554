import type { Context } from '@opentelemetry/api';
import type { CollectedMetric, MetricKind } from '../metric.ts';
import { FIRST_CAPACITY, grownFloat64, Stream } from './stream.ts';

/** Sums: counters and up-down counters, synchronous or observed. */
export class SumStream extends Stream {
  readonly kind: MetricKind = 'sum';
  #cells: Float64Array = new Float64Array(FIRST_CAPACITY);
  /** Sums since the start; the cells themselves while no reader wants deltas. */
  #total: Float64Array = this.#cells;
  readonly #pending = new Map<object, Float64Array>();
  readonly #addedUp = new Set<number>();
  #folded = 0;

  protected accumulate(series: number, value: number): number {
    (this.#cells[series] as number) += value;
    this.touched[series] = this.epoch;
    return 0;
  }

  record(series: number, value: number, context: Context | undefined): void {
    this.accumulate(series, value);
    if (this.tap !== undefined) this.tap.offer(series, 0, value, context);
  }

  /**
   * An observation is a total: what it differs from the last one by is the delta, and a fall of a counter a reset. What is
   * added up falls when one of its parts ends, too: a fall of it is no delta, since which of them went on is not known.
   */
  override observe(series: number, value: number, nowMillis: number): void {
    const isFirst = this.touched[series] === 0;
    const previous = isFirst ? 0 : (this.#cells[series] as number);
    const hasFallen = this.monotonic && previous > value;
    if (hasFallen) this.starts[series] = nowMillis;
    this.#cells[series] = value;
    this.touched[series] = this.epoch;
    const afterFall = this.#addedUp.has(series) ? 0 : value;
    const delta = hasFallen ? afterFall : value - previous;
    for (const pending of this.#pending.values()) (pending[series] as number) += delta;
  }

  override addsUp(series: number): void {
    this.#addedUp.add(series);
  }

  override isAddedUp(series: number): boolean {
    return this.#addedUp.has(series);
  }

  protected take(series: number, from: CollectedMetric, theirs: number, reader: object | undefined): void {
    if (this.isObserved && reader === undefined && this.touched[series] !== 0) this.addsUp(series);
    const cells = reader === undefined ? this.#cells : this.#pending.get(reader);
    if (cells !== undefined) (cells[series] as number) += from.value(theirs);
  }

  addDeltaReader(reader: object): void {
    if (this.#pending.size === 0 && !this.isObserved) {
      this.#total = this.#cells.slice();
      this.#cells.fill(0);
    }
    // What was recorded before the reader came is its first interval.
    this.#pending.set(reader, (this.isObserved ? this.#cells : this.#total).slice());
  }

  removeDeltaReader(reader: object): void {
    this.fold();
    this.#pending.delete(reader);
    if (this.#pending.size === 0) this.#cells = this.#total;
  }

  fold(): void {
    if (this.#pending.size === 0 || this.isObserved) return;
    const cells = this.#cells;
    for (let series = 0; series < this.index.size; series++) {
      // Not `<=`: a snapshot folds without beginning a new epoch, and recording goes on in the one that was folded.
      if ((this.touched[series] as number) < this.#folded) continue;
      const recorded = cells[series] as number;
      (this.#total[series] as number) += recorded;
      for (const pending of this.#pending.values()) (pending[series] as number) += recorded;
      cells[series] = 0;
    }
    this.#folded = this.epoch;
  }

  deliver(reader: object): void {
    this.#pending.get(reader)?.fill(0);
  }

  value(series: number, reader: object | undefined): number {
    const pending = reader === undefined ? undefined : this.#pending.get(reader);
    return (pending ?? (this.isObserved ? this.#cells : this.#total))[series] as number;
  }

  protected override grow(capacity: number): void {
    super.grow(capacity);
    const isOne = this.#total === this.#cells;
    this.#cells = grownFloat64(this.#cells, capacity);
    this.#total = isOne ? this.#cells : grownFloat64(this.#total, capacity);
    for (const [reader, pending] of this.#pending) this.#pending.set(reader, grownFloat64(pending, capacity));
  }
}
