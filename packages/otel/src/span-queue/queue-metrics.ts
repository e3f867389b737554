import type { Attributes, Counter, MeterProvider } from '@opentelemetry/api';
import { errorTypeOf } from '@org/instrument-core';

/** What the SDK's own batch processor calls itself (semantic conventions, "OpenTelemetry SDK metrics"). */
const COMPONENT_TYPE = 'batching_span_processor';
/** The SDK's scope, so that what reads its metrics finds ours. */
const SCOPE = '@opentelemetry/sdk-trace';

/** What tells a queue apart is its place. One that is gone leaves it, and with it its series, to the next. */
interface Place {
  isTaken: boolean;
  /** What its series says. */
  capacity: number;
}

const places = new WeakMap<MeterProvider, Place[]>();

/** The metrics of a span queue about itself: names, units and attributes are those of the SDK's batch processor. */
export class QueueMetrics {
  readonly #attributes: Attributes;
  readonly #droppedAttributes: Attributes;
  readonly #processed: Counter;
  readonly #stop: () => void;

  constructor(meters: MeterProvider, capacity: number, size: () => number) {
    const meter = meters.getMeter(SCOPE);
    const [number, place] = takePlace(meters);
    this.#attributes = {
      'otel.component.type': COMPONENT_TYPE,
      'otel.component.name': `${COMPONENT_TYPE}/${number}`,
    };
    this.#droppedAttributes = { ...this.#attributes, 'error.type': 'queue_full' };
    this.#processed = meter.createCounter('otel.sdk.processor.span.processed', {
      unit: '{span}',
      description: 'The number of spans for which the processing has finished, either successful or failed.',
    });
    const capacities = meter.createUpDownCounter('otel.sdk.processor.span.queue.capacity', {
      unit: '{span}',
      description:
        'The maximum number of spans the queue of a given instance of an SDK span processor can hold.',
    });
    capacities.add(capacity - place.capacity, this.#attributes);
    place.capacity = capacity;
    const queueSize = meter.createObservableUpDownCounter('otel.sdk.processor.span.queue.size', {
      unit: '{span}',
      description: 'The number of spans in the queue of a given instance of an SDK span processor.',
    });
    const observe: Parameters<typeof queueSize.addCallback>[0] = (result) =>
      result.observe(size(), this.#attributes);
    queueSize.addCallback(observe);
    let isThere = true;
    this.#stop = () => {
      if (!isThere) return;
      isThere = false;
      queueSize.removeCallback(observe);
      place.isTaken = false;
    };
  }

  /** A span found the queue full. */
  dropped(): void {
    this.#processed.add(1, this.#droppedAttributes);
  }

  /** An export has succeeded. */
  exported(spans: number): void {
    this.#processed.add(spans, this.#attributes);
  }

  /** Spans are lost: their export has failed with this, or they could not be written. */
  failed(spans: number, error: unknown): void {
    const { name } = Object(error) as { readonly name?: unknown };
    const type = typeof name === 'string' ? name : errorTypeOf(error);
    this.#processed.add(spans, { ...this.#attributes, 'error.type': type });
  }

  /** The queue is gone, and has no size any more. */
  stop(): void {
    this.#stop();
  }
}

function takePlace(meters: MeterProvider): [number: number, place: Place] {
  const known = places.get(meters) ?? [];
  places.set(meters, known);
  const free = known.findIndex(({ isTaken }) => !isTaken);
  const number = free < 0 ? known.length : free;
  const place = known[number] ?? { isTaken: true, capacity: 0 };
  place.isTaken = true;
  known[number] = place;
  return [number, place];
}
