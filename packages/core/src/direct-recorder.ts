import type { Attributes, SpanContext } from '@opentelemetry/api';
import type { BoundCounter } from './instrument/instruments.ts';
import { Binding, type Storage } from './instrument/storage.ts';
import type { Meter } from './meter.ts';
import { type MeterProvider, meterProvider } from './meter-provider.ts';
import type { OperationDescription, OperationRecorder, Recorder } from './recorder.ts';
import { runtime } from './runtime.ts';

/** Scope of the metrics of instrumented functions. */
const SCOPE = '@org/instrument';

/**
 * Default upper bounds of a duration in seconds, 100 µs to 10 s: instrumented functions are often faster than the
 * requests that OpenTelemetry's `http.server.request.duration` (5 ms to 10 s) is meant for.
 */
export const DEFAULT_DURATION_BOUNDARIES: readonly number[] = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10,
];

/** Series of failures that an operation keeps bound; classes of errors beyond are looked up each time. */
const MAX_BOUND_FAILURES = 64;

/** The recorder that writes into the accumulators of a meter provider. */
export function createDirectRecorder(provider: MeterProvider = meterProvider): Recorder {
  // Described alike, functions share one operation, and so do the resolutions of one function.
  const operations = new Map<string, DirectOperation>();
  // Operations that differ in their buckets or objective only have one series of active calls.
  const alike = new Map<string, DirectOperation[]>();
  return {
    operation(description: OperationDescription): OperationRecorder {
      const key = JSON.stringify([description, Object.entries(description.labels).sort()]);
      let operation = operations.get(key);
      if (operation === undefined) {
        const meter = provider.getMeter(SCOPE);
        operation = new DirectOperation(description, meter);
        operations.set(key, operation);
        const series = JSON.stringify([description.name, Object.entries(operation.labels).sort()]);
        const group = alike.get(series) ?? [];
        if (group.push(operation) === 1) {
          alike.set(series, group);
          showActive(meter, group, description);
        }
        showObjective(meter, description);
      }
      return operation;
    },
  };
}

/** Shows how many calls run: a plain number that is looked at when it is collected costs a call next to nothing. */
function showActive(meter: Meter, group: readonly DirectOperation[], { name }: OperationDescription): void {
  meter
    .createObservableUpDownCounter(`${name}.active`, { description: `Calls of ${name} that have not ended` })
    .addCallback((result) => {
      const active = group.reduce((sum, operation) => sum + operation.active, 0);
      result.observe(active, group[0]?.labels);
    });
}

function showObjective(meter: Meter, { name, slo, labels, function: label }: OperationDescription): void {
  if (slo === undefined) return;
  meter
    .createObservableGauge(`${name}.slo.target`, {
      description: `Share of the calls of ${name} that shall end well within the latency of the objective`,
      unit: '1',
    })
    .addCallback((result) => result.observe(slo.target, { ...labels, function: label }));
}

/** Upper bounds of an operation's durations, the threshold of its objective among them. */
function boundariesOf({ buckets, unit, slo }: OperationDescription): number[] {
  const boundaries =
    buckets ?? DEFAULT_DURATION_BOUNDARIES.map((seconds) => (unit === 'ms' ? seconds * 1_000 : seconds));
  if (slo === undefined) return [...boundaries];
  // Not by way of seconds: 1,001 / 1,000 * 1,000 is less than 1,001.
  const threshold = unit === 'ms' ? slo.latencyMillis : slo.latencyMillis / 1_000;
  return [...new Set([...boundaries, threshold])].sort((a, b) => a - b);
}

class DirectOperation implements OperationRecorder {
  /** Labels of every series, the function's among them. */
  readonly labels: Attributes;
  /** Calls that have not ended. */
  active = 0;
  /** What a millisecond is in the unit of the histogram. */
  readonly #scale: number;
  readonly #storage: Storage;
  readonly #success: Binding;
  readonly #failures = new Map<string, Binding>();
  readonly #firstItem: Binding | undefined;
  readonly #items: BoundCounter | undefined;

  constructor(description: OperationDescription, meter: Meter) {
    const { name, unit } = description;
    const boundaries = boundariesOf(description);
    this.labels = { ...description.labels, function: description.function };
    this.#scale = unit === 'ms' ? 1 : 0.001;
    this.#storage = meter.createCountedHistogram(`${name}.duration`, {
      description: `Duration of calls of ${name}`,
      unit,
      advice: { explicitBucketBoundaries: boundaries },
      count: { name: `${name}.calls`, description: `Calls of ${name}`, unit: '' },
    }).storage;
    this.#success = new Binding(this.#storage, { ...this.labels, success: true, error_type: 'none' });
    if (!description.streaming) return;
    const { storage } = meter.createCountedHistogram(`${name}.time_to_first_item`, {
      description: `Time until calls of ${name} gave their first item`,
      unit,
      advice: { explicitBucketBoundaries: boundaries },
      count: { name: `${name}.streams`, description: `Calls of ${name} that gave an item`, unit: '' },
    });
    this.#firstItem = new Binding(storage, this.labels);
    this.#items = meter
      .createCounter(`${name}.items`, { description: `Items that calls of ${name} gave` })
      .bind(this.labels);
  }

  begin(): undefined {
    this.active++;
    return undefined;
  }

  end(
    _token: unknown,
    startMillis: number,
    endMillis: number,
    success: boolean,
    errorType: string,
    attributes: Attributes | undefined,
    spanContext: SpanContext | undefined,
  ): void {
    const duration = (endMillis - startMillis) * this.#scale;
    this.active--;
    if (attributes !== undefined) {
      const series = { ...attributes, ...this.labels, success, error_type: errorType };
      this.#storage.measureIn(duration, series, spanContext);
      return;
    }
    const binding = success && errorType === 'none' ? this.#success : this.#failure(success, errorType);
    if (spanContext === undefined) binding.record(duration, undefined);
    else binding.recordIn(duration, spanContext);
  }

  ignore(): void {
    this.active--;
  }

  firstItem(millis: number): void {
    this.#firstItem?.record(millis * this.#scale, undefined);
  }

  items(count: number): void {
    this.#items?.add(count);
  }

  #failure(success: boolean, errorType: string): Binding {
    const key = success ? `+${errorType}` : errorType;
    let binding = this.#failures.get(key);
    if (binding === undefined) {
      binding = new Binding(this.#storage, { ...this.labels, success, error_type: errorType });
      if (this.#failures.size < MAX_BOUND_FAILURES) this.#failures.set(key, binding);
    }
    return binding;
  }
}

const directRecorder: Recorder = createDirectRecorder();

/** The recorder that instrumented functions talk to now. */
export function currentRecorder(): Recorder {
  return runtime.recorder ?? directRecorder;
}
