import type { Attributes } from '@opentelemetry/api';
import type { MetricText, NumberedSeries } from './metric-text.ts';
import { Totals } from './totals.ts';

/** Series that may be known beyond twice as many as there are now. */
const SPARE_SERIES = 1_000;

/** Numbers the series of a metric in the SDK's form, whose points have nothing but their attributes to be told apart by. */
export class PointSeries implements NumberedSeries {
  readonly #createText: () => MetricText;
  readonly #numbers = new Map<string, number>();
  readonly #attributes: Attributes[] = [];
  #text: MetricText;
  #totals = new Totals();

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

  /** Begins an interval of so many points. When most of what is known is gone, all of it is forgotten. */
  begin(points: number): void {
    if (this.#attributes.length <= 2 * points + SPARE_SERIES) return;
    this.#numbers.clear();
    this.#attributes.length = 0;
    this.#text = this.#createText();
    this.#totals = new Totals();
  }

  /** The number of a series. */
  number(attributes: Attributes): number {
    const key = keyOf(attributes);
    let series = this.#numbers.get(key);
    if (series === undefined) {
      series = this.#attributes.push(attributes) - 1;
      this.#numbers.set(key, series);
    }
    return series;
  }
}

/** Text that differs where attributes do. The same attributes in another order have another one, which does no harm. */
function keyOf(attributes: Attributes): string {
  let key = '';
  for (const name in attributes) {
    const value = attributes[name];
    key += typeof value === 'string' ? `${name}\u0000${value}\u0000` : `${name}\u0001${textOf(value)}\u0000`;
  }
  return key;
}

function textOf(value: unknown): string {
  return Array.isArray(value)
    ? `[${value.map((item) => `${typeof item}${item}`).join('\u0002')}`
    : String(value);
}
