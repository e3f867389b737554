import { type Meter, type Observable, ValueType } from '@opentelemetry/api';

/** The observable instruments of a group; what counts things is whole. */
export class InstrumentSet {
  readonly all: Observable[] = [];
  readonly #meter: Meter;

  constructor(meter: Meter) {
    this.#meter = meter;
  }

  counter(name: string, unit: string, description: string): Observable {
    const valueType = unit === 's' ? ValueType.DOUBLE : ValueType.INT;
    return this.#keep(this.#meter.createObservableCounter(name, { unit, description, valueType }));
  }

  upDownCounter(name: string, unit: string, description: string): Observable {
    const options = { unit, description, valueType: ValueType.INT };
    return this.#keep(this.#meter.createObservableUpDownCounter(name, options));
  }

  gauge(
    name: string,
    unit: string,
    description: string,
    valueType: ValueType = ValueType.DOUBLE,
  ): Observable {
    return this.#keep(this.#meter.createObservableGauge(name, { unit, description, valueType }));
  }

  #keep(observable: Observable): Observable {
    this.all.push(observable);
    return observable;
  }
}
