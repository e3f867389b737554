import type { Attributes } from '@opentelemetry/api';
import { isAttributeValue } from '../attributes/value-table.ts';
import { describeValue } from '../errors.ts';
import { tell } from '../fault/tell.ts';
import type { Stream } from '../stream/stream.ts';
import type { Storage } from './storage.ts';

/** What one callback observed for one instrument, kept until the callback has ended well. */
export class Observations {
  readonly #storage: Storage;
  /** The only stream, where one set of attributes is one series. */
  readonly #stream: Stream | undefined;
  /** A series of that stream, or a set of attributes. */
  readonly #observed: (number | Attributes)[] = [];
  readonly #values: number[] = [];

  constructor(storage: Storage) {
    this.#storage = storage;
    this.#stream = storage.only?.mergesAttributes === false ? storage.only : undefined;
  }

  add(value: unknown, attributes: Attributes = {}): void {
    const { name, integer, type } = this.#storage.descriptor;
    if (typeof value !== 'number') {
      tell(
        'warn',
        `Metric ${name} was given ${typeof value} ${describeValue(value)}, not a number; it was not recorded.`,
      );
      return;
    }
    if (value < 0 && type === 'OBSERVABLE_COUNTER') {
      tell(
        'warn',
        `Metric ${name} was given ${value}; it takes no negative values. Use an observable up-down counter.`,
      );
      return;
    }
    const kept = integer ? Math.trunc(value) : value;
    if (integer && !Number.isInteger(value)) {
      const outcome = Number.isInteger(kept) ? 'the fraction was cut' : 'it was not recorded';
      tell('warn', `Metric ${name} is declared with ValueType.INT and was given ${value}; ${outcome}.`);
    }
    if (integer && !Number.isInteger(kept)) return;
    // Otherwise a copy, since the callback may fill one object again and again; and no new series before it has ended well.
    const series = this.#stream?.index.find(attributes) ?? -1;
    this.#observed.push(series >= 0 ? series : { ...attributes });
    this.#values.push(kept);
  }

  commit(nowMillis: number): void {
    for (const stream of this.#storage.streams) {
      for (const [series, value] of this.#bySeries(stream)) stream.observe(series, value, nowMillis);
    }
  }

  /**
   * Of one attribute set the last observation counts. Sets that fall together only because the view leaves keys out, or because the
   * cardinality limit is reached, are added up where they are parts of a sum.
   */
  #bySeries(stream: Stream): Map<number, number> {
    const values = new Map<number, number>();
    const together = new Map<string, number>();
    for (let i = 0; i < this.#values.length; i++) {
      if (stream.mergesAttributes) together.set(canonicalText(this.#attributes(i)), i);
      else {
        const observed = this.#observed[i] as number | Attributes;
        const isKnown = typeof observed === 'number' && stream === this.#stream;
        const series = isKnown ? observed : stream.resolve(this.#attributes(i), undefined);
        if (series === stream.index.overflow) together.set(canonicalText(this.#attributes(i)), i);
        else values.set(series, this.#values[i] as number);
      }
    }
    for (const i of together.values()) {
      const series = stream.mergesAttributes
        ? stream.resolve(this.#attributes(i), undefined)
        : stream.index.overflow;
      const value = this.#values[i] as number;
      const isPart = stream.kind === 'sum' && values.has(series);
      if (isPart) stream.addsUp(series);
      values.set(series, isPart ? (values.get(series) as number) + value : value);
    }
    return values;
  }

  /** The views may have changed since it was observed, and the streams with them. */
  #attributes(i: number): Attributes {
    const observed = this.#observed[i] as number | Attributes;
    return typeof observed === 'number' ? (this.#stream as Stream).index.attributes(observed) : observed;
  }
}

/** The same text for the same attributes. Not a series index: what a view leaves out must not get into the value table. */
function canonicalText(attributes: Attributes): string {
  const entries = Object.entries(attributes).filter(([, value]) => isAttributeValue(value));
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(entries, (_, value: unknown) =>
    typeof value === 'number' && !Number.isFinite(value) ? { number: String(value) } : value,
  );
}
