import type { Attributes, Context, Counter, Gauge, Histogram, UpDownCounter } from '@opentelemetry/api';
import { describeTyped } from '../errors.ts';
import { tell } from '../fault/tell.ts';
import type { Stream } from '../stream/stream.ts';
import { Binding, type Storage } from './storage.ts';

/** A counter or up-down counter series, resolved once: adding costs a few nanoseconds. */
export interface BoundCounter {
  /** As the instrument's `add` with the bound attributes. */
  add(value: number, context?: Context): void;
}

/** A histogram or gauge series, resolved once. */
export interface BoundRecorder {
  /** As the instrument's `record` with the bound attributes. */
  record(value: number, context?: Context): void;
}

/** The API's counter, with `bind`. */
export interface BindableCounter<A extends Attributes = Attributes> extends Counter<A> {
  bind(attributes: A): BoundCounter;
}
/** The API's up-down counter, with `bind`. */
export interface BindableUpDownCounter<A extends Attributes = Attributes> extends UpDownCounter<A> {
  bind(attributes: A): BoundCounter;
}
/** The API's histogram, with `bind`. */
export interface BindableHistogram<A extends Attributes = Attributes> extends Histogram<A> {
  bind(attributes: A): BoundRecorder;
}
/** The API's gauge, with `bind`. */
export interface BindableGauge<A extends Attributes = Attributes> extends Gauge<A> {
  bind(attributes: A): BoundRecorder;
}

/**
 * The value to record, or `undefined` when it is refused: not a number, a fraction that an integer instrument cannot
 * take (cut, or refused when not finite), a negative one where only rising is allowed. NaN passes, as in the SDK.
 */
function accepted(value: unknown, storage: Storage, mayFall: boolean): number | undefined {
  const { name, integer } = storage.descriptor;
  if (typeof value !== 'number') {
    tell('warn', `Metric ${name} was given ${describeTyped(value)}, not a number; it was not recorded.`);
    return undefined;
  }
  if (value < 0 && !mayFall) {
    tell(
      'warn',
      `Metric ${name} was given ${value}; it takes no negative values. Use an up-down counter or a gauge.`,
    );
    return undefined;
  }
  if (!integer || Number.isInteger(value)) return value;
  const whole = Math.trunc(value);
  if (!Number.isInteger(whole)) {
    tell(
      'warn',
      `Metric ${name} is declared with ValueType.INT and was given ${value}; it was not recorded.`,
    );
    return undefined;
  }
  tell('warn', `Metric ${name} is declared with ValueType.INT and was given ${value}; the fraction was cut.`);
  return whole;
}

/** What all synchronous instruments share: the storage and the check of a value. */
abstract class Instrument {
  readonly storage: Storage;
  readonly #integer: boolean;

  constructor(storage: Storage) {
    this.storage = storage;
    this.#integer = storage.descriptor.integer;
  }

  /** Records a value that may not fall below zero. */
  protected rise(value: number, attributes: Attributes | undefined, context: Context | undefined): void {
    // The common case, said so that NaN, strings and the like fail it. The type first: a symbol cannot be compared.
    if (typeof value === 'number' && value >= 0 && !this.#integer) {
      this.storage.measure(value, attributes, context);
      return;
    }
    const checked = accepted(value, this.storage, false);
    if (checked !== undefined) this.storage.measure(checked, attributes, context);
  }

  /** Records any value. */
  protected set(value: number, attributes: Attributes | undefined, context: Context | undefined): void {
    if (typeof value === 'number' && !this.#integer) {
      this.storage.measure(value, attributes, context);
      return;
    }
    const checked = accepted(value, this.storage, true);
    if (checked !== undefined) this.storage.measure(checked, attributes, context);
  }
}

/**
 * A bound series. The methods of the subclasses look alike and are not shared: each sees streams of one kind only, so
 * that the engine can inline the recording.
 */
abstract class Bound {
  protected readonly storage: Storage;
  /** Least value that may be recorded. */
  protected readonly floor: number;
  /** Stream of the fast path: the storage's only one, once it is bound; `null` sends everything the slow way. */
  protected stream: Stream | null = null;
  protected series = 0;
  readonly #binding: Binding;

  constructor(storage: Storage, attributes: Attributes, floor: number) {
    this.storage = storage;
    this.floor = floor;
    this.#binding = new Binding(storage, attributes);
  }

  /** Values that need a check, and the first recording after the streams have changed. */
  protected recordSlowly(value: number, context: Context | undefined): void {
    const { storage } = this;
    const checked = accepted(value, storage, this.floor < 0);
    if (checked === undefined) return;
    this.#binding.record(checked, context);
    const { series } = this.#binding;
    // Integers are checked each time.
    this.stream = storage.descriptor.integer || series < 0 ? null : (storage.only ?? null);
    this.series = series;
  }
}

class BoundSum extends Bound implements BoundCounter {
  add(value: number, context?: Context): void {
    const { stream } = this;
    if (stream !== null && stream === this.storage.only && typeof value === 'number' && value >= this.floor) {
      stream.record(this.series, value, context);
    } else this.recordSlowly(value, context);
  }
}

class BoundValue extends Bound implements BoundRecorder {
  record(value: number, context?: Context): void {
    const { stream } = this;
    if (stream !== null && stream === this.storage.only && typeof value === 'number' && value >= this.floor) {
      stream.record(this.series, value, context);
    } else this.recordSlowly(value, context);
  }
}

export class CounterInstrument extends Instrument implements BindableCounter {
  add(value: number, attributes?: Attributes, context?: Context): void {
    this.rise(value, attributes, context);
  }

  bind(attributes: Attributes): BoundCounter {
    return new BoundSum(this.storage, attributes, 0);
  }
}

export class UpDownCounterInstrument extends Instrument implements BindableUpDownCounter {
  add(value: number, attributes?: Attributes, context?: Context): void {
    this.set(value, attributes, context);
  }

  bind(attributes: Attributes): BoundCounter {
    return new BoundSum(this.storage, attributes, Number.NEGATIVE_INFINITY);
  }
}

export class HistogramInstrument extends Instrument implements BindableHistogram {
  record(value: number, attributes?: Attributes, context?: Context): void {
    this.rise(value, attributes, context);
  }

  bind(attributes: Attributes): BoundRecorder {
    return new BoundValue(this.storage, attributes, 0);
  }
}

export class GaugeInstrument extends Instrument implements BindableGauge {
  record(value: number, attributes?: Attributes, context?: Context): void {
    this.set(value, attributes, context);
  }

  bind(attributes: Attributes): BoundRecorder {
    return new BoundValue(this.storage, attributes, Number.NEGATIVE_INFINITY);
  }
}
