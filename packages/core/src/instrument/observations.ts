import type { Attributes } from '@opentelemetry/api';
import { isAttributeValue } from '../attributes/value-table.ts';
import { describeTyped } from '../errors.ts';
import { tell } from '../fault/tell.ts';
import type { Stream } from '../stream/stream.ts';
import { keptAttributes } from './kept-attributes.ts';
import type { Storage } from './storage.ts';

/** Is shown an observation: its series in a stream, and the text of its attributes where several sets are one series. */
type Visit = (series: number, value: number, set: string | undefined) => void;

/** What one callback observed for one instrument. */
export class Observations {
  readonly storage: Storage;
  /** The only stream, where one set of attributes is one series. */
  readonly #stream: Stream | undefined;
  /** A series of that stream, or a set of attributes. */
  readonly #observed: (number | Attributes)[] = [];
  readonly #values: number[] = [];
  #isEnded = false;

  constructor(storage: Storage) {
    this.storage = storage;
    this.#stream = storage.only?.mergesAttributes === false ? storage.only : undefined;
  }

  add(value: unknown, attributes: Attributes = {}): void {
    if (this.#isEnded) return;
    const { name, integer, type } = this.storage.descriptor;
    if (typeof value !== 'number') {
      tell('warn', `Metric ${name} was given ${describeTyped(value)}, not a number; it was not recorded.`);
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

  /** The callback has ended well: what it observes later is left out. */
  end(): void {
    this.#isEnded = true;
  }

  /** Shows all of them, as a stream sees them, in the order in which they were made. */
  forEach(stream: Stream, visit: Visit): void {
    for (let i = 0; i < this.#values.length; i++) {
      const observed = this.#observed[i] as number | Attributes;
      const isKnown = typeof observed === 'number' && stream === this.#stream;
      const series = isKnown ? observed : stream.resolve(this.#attributes(i), undefined);
      const isShared = stream.mergesAttributes || series === stream.index.overflow;
      visit(series, this.#values[i] as number, isShared ? canonicalText(this.#attributes(i)) : undefined);
    }
  }

  /** They are to be kept: what belongs to the callback is copied. */
  keep(): void {
    const { name } = this.storage.descriptor;
    this.#observed.forEach((observed, i) => {
      if (typeof observed === 'object') this.#observed[i] = keptAttributes(observed, name);
    });
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
