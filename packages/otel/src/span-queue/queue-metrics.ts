import type { Attributes, Counter, MeterProvider } from '@opentelemetry/api';

/** What the SDK's own batch processor calls itself (semantic conventions, "OpenTelemetry SDK metrics"). */
const COMPONENT_TYPE = 'batching_span_processor';
/** The SDK's scope, so that what reads its metrics finds ours. */
const SCOPE = '@opentelemetry/sdk-trace';

/** Queues so far; each is told apart by its number. */
let queues = 0;

/** The metrics of a span queue about itself: names, units and attributes are those of the SDK's batch processor. */
export class QueueMetrics {
  readonly #attributes: Attributes;
  readonly #droppedAttributes: Attributes;
  readonly #processed: Counter;
  readonly #stop: () => void;

  constructor(meters: MeterProvider, capacity: number, size: () => number) {
    const meter = meters.getMeter(SCOPE);
    this.#attributes = {
      'otel.component.type': COMPONENT_TYPE,
      'otel.component.name': `${COMPONENT_TYPE}/${queues++}`,
    };
    this.#droppedAttributes = { ...this.#attributes, 'error.type': 'queue_full' };
    this.#processed = meter.createCounter('otel.sdk.processor.span.processed', {
      unit: '{span}',
      description: 'The number of spans for which the processing has finished, either successful or failed.',
    });
    meter
      .createUpDownCounter('otel.sdk.processor.span.queue.capacity', {
        unit: '{span}',
        description:
          'The maximum number of spans the queue of a given instance of an SDK span processor can hold.',
      })
      .add(capacity, this.#attributes);
    const queueSize = meter.createObservableUpDownCounter('otel.sdk.processor.span.queue.size', {
      unit: '{span}',
      description: 'The number of spans in the queue of a given instance of an SDK span processor.',
    });
    const observe: Parameters<typeof queueSize.addCallback>[0] = (result) =>
      result.observe(size(), this.#attributes);
    queueSize.addCallback(observe);
    this.#stop = () => queueSize.removeCallback(observe);
  }

  /** A span found the queue full. */
  dropped(): void {
    this.#processed.add(1, this.#droppedAttributes);
  }

  /** An export has been answered. */
  finished(spans: number, error: Error | undefined): void {
    this.#processed.add(
      spans,
      error === undefined ? this.#attributes : { ...this.#attributes, 'error.type': error.name },
    );
  }

  /** The queue is gone, and has no size any more. */
  stop(): void {
    this.#stop();
  }
}
