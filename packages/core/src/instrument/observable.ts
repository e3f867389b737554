import {
  type Attributes,
  type BatchObservableCallback,
  type BatchObservableResult,
  diag,
  type Observable,
  type ObservableCallback,
  type ObservableResult,
} from '@opentelemetry/api';
import { isAttributeValue } from '../attributes/value-table.ts';
import { describeValue } from '../errors.ts';
import type { Stream } from '../stream/stream.ts';
import type { Storage } from './storage.ts';

/** An asynchronous instrument: its callbacks are asked at every collection. */
export class ObservableInstrument implements Observable {
  readonly storage: Storage;
  readonly #registry: ObservableRegistry;

  constructor(storage: Storage, registry: ObservableRegistry) {
    this.storage = storage;
    this.#registry = registry;
  }

  addCallback(callback: ObservableCallback): void {
    this.#registry.add(callback, this);
  }

  removeCallback(callback: ObservableCallback): void {
    this.#registry.remove(callback, this);
  }
}

/** What one callback observed for one instrument, kept until the callback has ended well. */
class Observations {
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
      diag.warn(
        `Metric ${name} was given ${typeof value} ${describeValue(value)}, not a number; it was not recorded.`,
      );
      return;
    }
    if (value < 0 && type === 'OBSERVABLE_COUNTER') {
      diag.warn(
        `Metric ${name} was given ${value}; it takes no negative values. Use an observable up-down counter.`,
      );
      return;
    }
    const kept = integer ? Math.trunc(value) : value;
    if (integer && !Number.isInteger(value)) {
      const outcome = Number.isInteger(kept) ? 'the fraction was cut' : 'it was not recorded';
      diag.warn(`Metric ${name} is declared with ValueType.INT and was given ${value}; ${outcome}.`);
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

interface CallbackEntry {
  readonly callback: ObservableCallback;
  readonly instrument: ObservableInstrument;
}

interface BatchEntry {
  readonly callback: BatchObservableCallback;
  readonly instruments: ReadonlySet<Observable>;
}

/** The callbacks of a meter. */
export class ObservableRegistry {
  readonly #entries: CallbackEntry[] = [];
  readonly #batches: BatchEntry[] = [];

  add(callback: ObservableCallback, instrument: ObservableInstrument): void {
    if (this.#entries.some((entry) => entry.callback === callback && entry.instrument === instrument)) return;
    this.#entries.push({ callback, instrument });
  }

  remove(callback: ObservableCallback, instrument: ObservableInstrument): void {
    const i = this.#entries.findIndex(
      (entry) => entry.callback === callback && entry.instrument === instrument,
    );
    if (i >= 0) this.#entries.splice(i, 1);
  }

  addBatch(callback: BatchObservableCallback, observables: readonly Observable[]): void {
    const instruments = new Set(
      observables.filter((observable) => observable instanceof ObservableInstrument),
    );
    if (instruments.size === 0) {
      diag.error(
        'A batch observable callback was given no instrument of this meter provider; it will not be called.',
      );
      return;
    }
    if (this.#findBatch(callback, instruments) < 0) this.#batches.push({ callback, instruments });
  }

  removeBatch(callback: BatchObservableCallback, observables: readonly Observable[]): void {
    const instruments = new Set(
      observables.filter((observable) => observable instanceof ObservableInstrument),
    );
    const i = this.#findBatch(callback, instruments);
    if (i >= 0) this.#batches.splice(i, 1);
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0 && this.#batches.length === 0;
  }

  /** Asks every callback; returns what they threw. What a failed or late callback observed is left out. */
  async observe(timeoutMillis: number | undefined): Promise<unknown[]> {
    const errors: unknown[] = [];
    await Promise.all(
      this.#questions().map(async ({ name, ask, commit }) => {
        try {
          await within(ask(), timeoutMillis, name);
          commit();
        } catch (error) {
          errors.push(error);
        }
      }),
    );
    return errors;
  }

  /**
   * As `observe`, at once. Returns whether that was all: what asynchronous callbacks observe is there only later.
   */
  observeNow(): boolean {
    let isAll = true;
    for (const { ask, commit } of this.#questions()) {
      try {
        const answer = ask();
        // A failure is reported by the next collection of a reader.
        if (isThenable(answer)) {
          isAll = false;
          Promise.resolve(answer).then(commit).catch(ignore);
        } else commit();
      } catch {
        // The next collection of a reader reports it.
      }
    }
    return isAll;
  }

  #questions(): Question[] {
    return [...this.#entries.map(questionOf), ...this.#batches.map(batchQuestionOf)];
  }

  #findBatch(callback: BatchObservableCallback, instruments: ReadonlySet<Observable>): number {
    return this.#batches.findIndex(
      (batch) =>
        batch.callback === callback &&
        batch.instruments.size === instruments.size &&
        [...instruments].every((instrument) => batch.instruments.has(instrument)),
    );
  }
}

/** One callback to ask, and what to do once it has ended well. */
interface Question {
  readonly name: string;
  ask(): void | Promise<void>;
  commit(): void;
}

function questionOf({ callback, instrument }: CallbackEntry): Question {
  const observations = new Observations(instrument.storage);
  const result: ObservableResult = { observe: (value, attributes) => observations.add(value, attributes) };
  return {
    name: instrument.storage.descriptor.name,
    ask: () => callback(result),
    commit: () => observations.commit(Date.now()),
  };
}

function batchQuestionOf({ callback, instruments }: BatchEntry): Question {
  const byInstrument = new Map<Observable, Observations>();
  for (const instrument of instruments) {
    byInstrument.set(instrument, new Observations((instrument as ObservableInstrument).storage));
  }
  const result: BatchObservableResult = {
    observe: (instrument, value, attributes) => byInstrument.get(instrument)?.add(value, attributes),
  };
  return {
    name: 'a batch callback',
    ask: () => callback(result),
    commit: () => {
      const nowMillis = Date.now();
      for (const observations of byInstrument.values()) observations.commit(nowMillis);
    },
  };
}

function ignore(): void {}

/** Query builders and promises of other realms are waited for too. */
function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | undefined)?.then === 'function';
}

async function within(
  work: void | Promise<void>,
  timeoutMillis: number | undefined,
  name: string,
): Promise<void> {
  if (timeoutMillis === undefined || !isThenable(work)) {
    await work;
    return;
  }
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`Observing ${name} took longer than ${timeoutMillis} ms`)),
      timeoutMillis,
    );
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
