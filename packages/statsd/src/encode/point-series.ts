import type { Attributes } from '@opentelemetry/api';
import type { MetricText, NumberedSeries } from './metric-text.ts';
import { seriesKey } from './series-key.ts';
import { Totals } from './totals.ts';

/** Series that may be known beyond twice as many as there are now. */
const SPARE_SERIES = 1_000;
/** Intervals that a series may be absent from after it was forgotten, and still go on from the total it had. */
const ABSENT_INTERVALS = 10;

/** Series as they were known before they were forgotten. */
interface Forgotten {
  readonly numbers: ReadonlyMap<string, number>;
  readonly totals: Totals;
}

/** Numbers the series of a metric in the SDK's form, whose points have nothing but their attributes to be told apart by. */
export class PointSeries implements NumberedSeries {
  readonly #createText: () => MetricText;
  readonly #attributes: Attributes[] = [];
  #numbers = new Map<string, number>();
  #text: MetricText;
  #totals = new Totals();
  #forgotten: Forgotten | undefined;
  #intervalsSince = 0;

  constructor(createText: () => MetricText) {
    this.#createText = createText;
    this.#text = createText();
  }

  get size(): number {
    return this.#attributes.length;
  }

  get text(): MetricText {
    return this.#text;
  }

  /** What was last seen of each series, where it is cumulative. */
  get totals(): Totals {
    return this.#totals;
  }

  attributes(series: number): Attributes {
    return this.#attributes[series] as Attributes;
  }

  /**
   * Begins an interval of so many points. When most of what is known is gone, all of it is forgotten: text at once, totals
   * some intervals later, so that those that are still there, or come back, are not new.
   */
  begin(points: number): void {
    this.#intervalsSince++;
    if (this.#intervalsSince > ABSENT_INTERVALS) this.#forgotten = undefined;
    if (this.#attributes.length <= 2 * points + SPARE_SERIES) return;
    this.#forgotten = { numbers: this.#numbers, totals: this.#totals };
    this.#intervalsSince = 0;
    this.#numbers = new Map();
    this.#attributes.length = 0;
    this.#text = this.#createText();
    this.#totals = new Totals();
  }

  /** The number of a series. */
  number(attributes: Attributes): number {
    const key = seriesKey(attributes);
    let series = this.#numbers.get(key);
    if (series === undefined) {
      series = this.#attributes.push(attributes) - 1;
      this.#numbers.set(key, series);
      const before = this.#forgotten?.numbers.get(key);
      if (before !== undefined) this.#totals.adopt(series, this.#forgotten?.totals as Totals, before);
    }
    return series;
  }
}
