import {
  type Attributes,
  type BatchObservableCallback,
  type Meter as MeterInterface,
  type MetricOptions,
  type Observable,
  ValueType,
} from '@opentelemetry/api';
import { asText } from './as-text.ts';
import { tell } from './fault/tell.ts';
import {
  type BindableCounter,
  type BindableGauge,
  type BindableHistogram,
  type BindableUpDownCounter,
  CounterInstrument,
  GaugeInstrument,
  HistogramInstrument,
  UpDownCounterInstrument,
} from './instrument/instruments.ts';
import { ObservableInstrument, ObservableRegistry } from './instrument/observable.ts';
import { Storage } from './instrument/storage.ts';
import type { InstrumentationScope, InstrumentType, MetricDescriptor } from './metric.ts';
import type { Stream } from './stream/stream.ts';

/** Names that the specification allows ("Instrument name syntax"). */
const NAME = /^[a-z][a-z0-9_.\-/]{0,254}$/i;

/** Options of {@link Meter.createCountedHistogram}. */
export interface CountedHistogramOptions extends MetricOptions {
  /** The counter of the values recorded, derived when it is collected. */
  readonly count: { readonly name: string; readonly description: string; readonly unit: string };
}

/**
 * The OpenTelemetry API's meter, in full; synchronous instruments can also be bound. Instruments declared twice share
 * their series; two of one name that disagree are both kept, and a diagnostic says how to resolve it.
 */
export class Meter implements MeterInterface {
  readonly scope: InstrumentationScope;
  readonly observables: ObservableRegistry = new ObservableRegistry();
  readonly storages: Storage[] = [];
  readonly #open: (meter: Meter, storage: Storage) => void;
  readonly #forgetStreams = (): void => {
    this.#streams = undefined;
  };
  #streams: readonly Stream[] | undefined;

  /** `open` gives a new storage its streams. */
  constructor(scope: InstrumentationScope, open: (meter: Meter, storage: Storage) => void) {
    this.scope = scope;
    this.#open = open;
  }

  createCounter<A extends Attributes = Attributes>(
    name: string,
    options?: MetricOptions,
  ): BindableCounter<A> {
    return new CounterInstrument(this.#storage(name, 'COUNTER', options));
  }

  createUpDownCounter<A extends Attributes = Attributes>(
    name: string,
    options?: MetricOptions,
  ): BindableUpDownCounter<A> {
    return new UpDownCounterInstrument(this.#storage(name, 'UP_DOWN_COUNTER', options));
  }

  createHistogram<A extends Attributes = Attributes>(
    name: string,
    options?: MetricOptions,
  ): BindableHistogram<A> {
    return new HistogramInstrument(this.#storage(name, 'HISTOGRAM', options));
  }

  createGauge<A extends Attributes = Attributes>(name: string, options?: MetricOptions): BindableGauge<A> {
    return new GaugeInstrument(this.#storage(name, 'GAUGE', options));
  }

  createObservableCounter(name: string, options?: MetricOptions): ObservableInstrument {
    return new ObservableInstrument(this.#storage(name, 'OBSERVABLE_COUNTER', options), this.observables);
  }

  createObservableUpDownCounter(name: string, options?: MetricOptions): ObservableInstrument {
    return new ObservableInstrument(
      this.#storage(name, 'OBSERVABLE_UP_DOWN_COUNTER', options),
      this.observables,
    );
  }

  createObservableGauge(name: string, options?: MetricOptions): ObservableInstrument {
    return new ObservableInstrument(this.#storage(name, 'OBSERVABLE_GAUGE', options), this.observables);
  }

  addBatchObservableCallback(callback: BatchObservableCallback, observables: Observable[]): void {
    this.observables.addBatch(callback, observables);
  }

  removeBatchObservableCallback(callback: BatchObservableCallback, observables: Observable[]): void {
    this.observables.removeBatch(callback, observables);
  }

  /** A histogram whose count is shown as a counter of its own, at no cost while recording. */
  createCountedHistogram(name: string, options: CountedHistogramOptions): HistogramInstrument {
    const { count } = options;
    const countAs: MetricDescriptor = { ...count, type: 'COUNTER', integer: true };
    return new HistogramInstrument(this.#storage(name, 'HISTOGRAM', options, countAs));
  }

  /** All streams, each once. */
  streams(): readonly Stream[] {
    this.#streams ??= [...new Set(this.storages.flatMap((storage) => storage.streams))];
    return this.#streams;
  }

  #storage(
    given: string,
    type: InstrumentType,
    declared: MetricOptions | undefined,
    countAs: MetricDescriptor | undefined = undefined,
  ): Storage {
    const name = asText(given);
    const options = declared ?? {};
    if (!NAME.test(name)) {
      tell(
        'warn',
        `Instrument name ${JSON.stringify(name)} is not valid: use a letter, then up to 254 letters, digits, _ . - or /.`,
      );
    }
    const descriptor: MetricDescriptor = {
      name,
      type,
      description: asText(options.description),
      unit: asText(options.unit),
      integer: options.valueType === ValueType.INT,
    };
    let known: Storage | undefined;
    for (const storage of this.storages) {
      if (storage.descriptor.name !== name) continue;
      if (isCompatible(storage.descriptor, descriptor)) known = storage;
      else warnConflict(storage.descriptor, descriptor);
    }
    if (known === undefined) {
      known = new Storage(descriptor, options.advice ?? {}, countAs, this.#forgetStreams);
      this.storages.push(known);
      this.#forgetStreams();
      this.#open(this, known);
    } else {
      if (known.descriptor.description !== descriptor.description) useLongerDescription(known, descriptor);
      warnOtherBoundaries(known, options.advice?.explicitBucketBoundaries);
    }
    return known;
  }
}

/** Whether two instruments, or metric streams, of one name are the same one. */
export function isCompatible(a: MetricDescriptor, b: MetricDescriptor): boolean {
  return a.name === b.name && a.unit === b.unit && a.type === b.type && a.integer === b.integer;
}

function warnConflict(known: MetricDescriptor, wanted: MetricDescriptor): void {
  tell(
    'warn',
    `Metric ${wanted.name} was declared before as ${describe(known)} and now as ${describe(wanted)}; both are kept. ` +
      'Declare it alike everywhere, or rename one of them with a view.',
  );
}

function describe({ type, unit, integer }: MetricDescriptor): string {
  return `${type.toLowerCase()} (unit ${JSON.stringify(unit)}, ${integer ? 'INT' : 'DOUBLE'})`;
}

/** Bounds cannot differ within one metric: those of the first declaration hold. */
function warnOtherBoundaries(known: Storage, wanted: readonly number[] | undefined): void {
  const has = known.advice.explicitBucketBoundaries;
  if (wanted === undefined || String(has) === String(wanted)) return;
  tell(
    'warn',
    `Metric ${known.descriptor.name} was declared before with other bucket boundaries ` +
      `(${has === undefined ? 'the default ones' : has.join(', ')}), which are kept. Declare them alike, or set them ` +
      'with a view.',
  );
}

function useLongerDescription(storage: Storage, wanted: MetricDescriptor): void {
  tell('warn', `Metric ${wanted.name} was declared with two descriptions; the longer one is used.`);
  const was = storage.descriptor.description;
  if (wanted.description.length <= was.length) return;
  storage.descriptor = { ...storage.descriptor, description: wanted.description };
  for (const stream of storage.streams) {
    // A description given by a view stays.
    if (stream.descriptor.description !== was) continue;
    stream.descriptor = { ...stream.descriptor, description: wanted.description };
  }
}
