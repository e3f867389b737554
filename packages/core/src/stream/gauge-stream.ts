import type { Context } from '@opentelemetry/api';
import type { CollectedMetric, MetricKind } from '../metric.ts';
import { FIRST_CAPACITY, grownFloat64, Stream } from './stream.ts';

/** Last values: gauges. The last value is the same for every temporality, so there is nothing to keep apart. */
export class GaugeStream extends Stream {
  readonly kind: MetricKind = 'gauge';
  #cells: Float64Array = new Float64Array(FIRST_CAPACITY);

  protected accumulate(series: number, value: number): number {
    this.#cells[series] = value;
    this.touched[series] = this.epoch;
    return 0;
  }

  record(series: number, value: number, context: Context | undefined): void {
    this.accumulate(series, value);
    if (this.tap !== undefined) this.tap.offer(series, 0, value, context);
  }

  /** The last value is not known of what was added up. */
  override takes(kind: MetricKind): boolean {
    return kind === this.kind && super.takes(kind);
  }

  protected take(series: number, from: CollectedMetric, theirs: number, reader: object | undefined): void {
    // What a reader is still to be given is the last value, which the totals have brought.
    if (reader === undefined) this.#cells[series] = from.value(theirs);
  }

  addDeltaReader(): void {}
  removeDeltaReader(): void {}
  fold(): void {}
  deliver(): void {}

  value(series: number): number {
    return this.#cells[series] as number;
  }

  protected override grow(capacity: number): void {
    super.grow(capacity);
    this.#cells = grownFloat64(this.#cells, capacity);
  }
}
