import type { Context } from '@opentelemetry/api';
import type { CollectedMetric, MetricKind } from '../metric.ts';
import { FIRST_CAPACITY, grownFloat64, grownInt32, Stream } from './stream.ts';

/** 2^30, the middle of what is positive in 32 bits: a sum of whole numbers is kept with it on top, and what is not positive is none. */
const OFFSET = 2 ** 30;
/** Up to here, what is whole stays exact when such a sum is added. */
const EXACT = Number.MAX_SAFE_INTEGER - 2 * OFFSET;

/** Sums: counters and up-down counters, synchronous or observed. */
export class SumStream extends Stream {
  readonly kind: MetricKind = 'sum';
  #cells: Float64Array = new Float64Array(FIRST_CAPACITY);
  /**
   * Per series: the sum of small whole numbers that were added in this epoch and are not in the cells, plus `OFFSET`; 0 for none, as
   * always beside a fraction or a large number, where the order of additions would tell in the last bit. Additions to one
   * series wait for each other, and a processor has an integer back in less than half of the time. Where there is one, the
   * series has been marked in `touched`.
   */
  #whole: Int32Array = new Int32Array(FIRST_CAPACITY);
  /** Sums since the start; the cells themselves while no reader wants deltas. */
  #total: Float64Array = this.#cells;
  readonly #pending = new Map<object, Float64Array>();
  readonly #addedUp = new Set<number>();
  #folded = 0;

  protected accumulate(series: number, value: number): number {
    const whole = this.#whole[series] as number;
    const added = value | 0;
    const sum = (whole + added) | 0;
    // Whatever was added, a sum that does not fit into 32 bits has wrapped around to a negative one.
    if (whole > 0 && added === value && sum > 0) this.#whole[series] = sum;
    else this.#add(series, value);
    return 0;
  }

  #add(series: number, value: number): void {
    this.touched[series] = this.epoch;
    const cells = this.#cells;
    if (this.#whole[series] !== 0) this.#settle(series, this.#sum(series) + value);
    else if ((value | 0) === value && Math.abs(value) < OFFSET && isExact(cells[series] as number)) {
      this.#whole[series] = OFFSET + value;
    } else (cells[series] as number) += value;
  }

  /** What the cell and what is whole make together. */
  #sum(series: number): number {
    const cell = this.#cells[series] as number;
    const whole = this.#whole[series] as number;
    // A negative zero that was observed stays one.
    return whole === 0 ? cell : cell + (whole - OFFSET);
  }

  #settle(series: number, sum: number): void {
    this.#cells[series] = sum;
    this.#whole[series] = 0;
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
    const value = from.value(theirs);
    const pending = reader === undefined ? undefined : this.#pending.get(reader);
    if (reader === undefined) this.#settle(series, this.#sum(series) + value);
    else if (pending !== undefined) (pending[series] as number) += value;
  }

  addDeltaReader(reader: object): void {
    if (this.#pending.size === 0 && !this.isObserved) {
      this.fold();
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
    if (this.isObserved) return;
    for (let series = 0; series < this.index.size; series++) {
      // Not `<=`: a snapshot folds without beginning a new epoch, and recording goes on in the one that was folded.
      if ((this.touched[series] as number) < this.#folded) continue;
      const recorded = this.#sum(series);
      this.#settle(series, this.#pending.size === 0 ? recorded : 0);
      if (this.#pending.size === 0) continue;
      (this.#total[series] as number) += recorded;
      for (const pending of this.#pending.values()) (pending[series] as number) += recorded;
    }
    this.#folded = this.epoch;
  }

  deliver(reader: object): void {
    this.#pending.get(reader)?.fill(0);
  }

  value(series: number, reader: object | undefined): number {
    const pending = reader === undefined ? undefined : this.#pending.get(reader);
    if (pending !== undefined) return pending[series] as number;
    return this.#total === this.#cells ? this.#sum(series) : (this.#total[series] as number);
  }

  protected override grow(capacity: number): void {
    super.grow(capacity);
    const isOne = this.#total === this.#cells;
    this.#cells = grownFloat64(this.#cells, capacity);
    this.#whole = grownInt32(this.#whole, capacity);
    this.#total = isOne ? this.#cells : grownFloat64(this.#total, capacity);
    for (const [reader, pending] of this.#pending) this.#pending.set(reader, grownFloat64(pending, capacity));
  }
}

function isExact(sum: number): boolean {
  return Number.isInteger(sum) && Math.abs(sum) <= EXACT;
}
