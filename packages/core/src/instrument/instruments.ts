import {
  type Attributes,
  type Context,
  type Counter,
  diag,
  type Gauge,
  type Histogram,
  type UpDownCounter,
} from '@opentelemetry/api';
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
    diag.warn(
      `Metric ${name} was given ${typeof value} ${String(value)}, not a number; it was not recorded.`,
    );
    return undefined;
  }
  if (value < 0 && !mayFall) {
    diag.warn(
      `Metric ${name} was given ${value}; it takes no negative values. Use an up-down counter or a gauge.`,
    );
    return undefined;
  }
  if (!integer || Number.isInteger(value)) return value;
  const whole = Math.trunc(value);
  if (!Number.isInteger(whole)) return undefined;
  diag.warn(`Metric ${name} is declared with ValueType.INT and was given ${value}; the fraction was cut.`);
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
    // The common case, said so that NaN, strings and the like fail it.
    if (value >= 0 && typeof value === 'number' && !this.#integer) {
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

/** A series of an instrument whose values may not be negative. */
class BoundRising implements BoundCounter, BoundRecorder {
  readonly #storage: Storage;
  readonly #integer: boolean;
  readonly #binding: Binding;

  constructor(storage: Storage, attributes: Attributes) {
    this.#storage = storage;
    this.#integer = storage.descriptor.integer;
    this.#binding = new Binding(storage, attributes);
  }

  add(value: number, context?: Context): void {
    if (value >= 0 && typeof value === 'number' && !this.#integer) this.#binding.record(value, context);
    else this.#checked(value, context);
  }

  record(value: number, context?: Context): void {
    if (value >= 0 && typeof value === 'number' && !this.#integer) this.#binding.record(value, context);
    else this.#checked(value, context);
  }

  #checked(value: number, context: Context | undefined): void {
    const checked = accepted(value, this.#storage, false);
    if (checked !== undefined) this.#binding.record(checked, context);
  }
}

/** A series of an instrument that takes any value. */
class BoundAny implements BoundCounter, BoundRecorder {
  readonly #storage: Storage;
  readonly #integer: boolean;
  readonly #binding: Binding;

  constructor(storage: Storage, attributes: Attributes) {
    this.#storage = storage;
    this.#integer = storage.descriptor.integer;
    this.#binding = new Binding(storage, attributes);
  }

  add(value: number, context?: Context): void {
    this.record(value, context);
  }

  record(value: number, context?: Context): void {
    if (typeof value === 'number' && !this.#integer) {
      this.#binding.record(value, context);
      return;
    }
    const checked = accepted(value, this.#storage, true);
    if (checked !== undefined) this.#binding.record(checked, context);
  }
}

export class CounterInstrument extends Instrument implements BindableCounter {
  add(value: number, attributes?: Attributes, context?: Context): void {
    this.rise(value, attributes, context);
  }

  bind(attributes: Attributes): BoundCounter {
    return new BoundRising(this.storage, attributes);
  }
}

export class UpDownCounterInstrument extends Instrument implements BindableUpDownCounter {
  add(value: number, attributes?: Attributes, context?: Context): void {
    this.set(value, attributes, context);
  }

  bind(attributes: Attributes): BoundCounter {
    return new BoundAny(this.storage, attributes);
  }
}

export class HistogramInstrument extends Instrument implements BindableHistogram {
  record(value: number, attributes?: Attributes, context?: Context): void {
    this.rise(value, attributes, context);
  }

  bind(attributes: Attributes): BoundRecorder {
    return new BoundRising(this.storage, attributes);
  }
}

export class GaugeInstrument extends Instrument implements BindableGauge {
  record(value: number, attributes?: Attributes, context?: Context): void {
    this.set(value, attributes, context);
  }

  bind(attributes: Attributes): BoundRecorder {
    return new BoundAny(this.storage, attributes);
  }
}
