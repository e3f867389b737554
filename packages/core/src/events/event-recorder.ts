import type { Attributes, SpanContext } from '@opentelemetry/api';
import type { OperationDescription, OperationRecorder, Recorder } from '../recorder.ts';
import type { EventBus } from './event-bus.ts';
import type { EventMap, PhaseStartEvent } from './event-map.ts';

/** What the layer keeps of a running call: its event, and what the recorder below wanted to have back. */
interface Token {
  readonly event: PhaseStartEvent;
  readonly below: unknown;
}

let calls = 0;

/**
 * A layer over a recorder that also publishes every call on a bus: `performance.phase.start` when it begins, then
 * `performance.phase.end`, `performance.metric.recorded` and `performance.operation.complete`. Payloads that nobody
 * hears are not made.
 */
export function createEventRecorder(below: Recorder, bus: EventBus<EventMap>): Recorder {
  return {
    operation: (description) => new EventOperation(description, below.operation(description), bus),
  };
}

class EventOperation implements OperationRecorder {
  readonly #description: OperationDescription;
  readonly #below: OperationRecorder;
  readonly #bus: EventBus<EventMap>;

  constructor(description: OperationDescription, below: OperationRecorder, bus: EventBus<EventMap>) {
    this.#description = description;
    this.#below = below;
    this.#bus = bus;
  }

  begin(startMillis: number): Token {
    const event: PhaseStartEvent = {
      operation: this.#description.name,
      function: this.#description.function,
      call: ++calls,
      timestampMillis: Date.now(),
    };
    const token = { event, below: this.#below.begin(startMillis) };
    this.#bus.emit('performance.phase.start', event);
    return token;
  }

  end(
    token: unknown,
    startMillis: number,
    endMillis: number,
    success: boolean,
    errorType: string,
    attributes: Attributes | undefined,
    spanContext: SpanContext | undefined,
  ): void {
    const { event, below } = token as Token;
    this.#below.end(below, startMillis, endMillis, success, errorType, attributes, spanContext);
    const timestampMillis = Date.now();
    const end = { ...event, timestampMillis, durationMillis: endMillis - startMillis, success, errorType };
    const labels = { ...this.#description.labels, ...attributes };
    this.#bus.emit('performance.phase.end', end);
    if (this.#bus.hears('performance.metric.recorded')) {
      const { name, unit } = this.#description;
      this.#bus.emit('performance.metric.recorded', {
        call: event.call,
        metric: `${name}.duration`,
        value: unit === 'ms' ? end.durationMillis : end.durationMillis / 1_000,
        unit,
        attributes: { ...labels, function: event.function, success, error_type: errorType },
        timestampMillis,
      });
    }
    this.#bus.emit('performance.operation.complete', {
      ...end,
      labels,
      traceId: spanContext?.traceId,
      spanId: spanContext?.spanId,
    });
  }

  ignore(token: unknown): void {
    this.#below.ignore((token as Token).below);
  }

  firstItem(millis: number): void {
    this.#below.firstItem(millis);
  }

  items(count: number): void {
    this.#below.items(count);
  }
}
