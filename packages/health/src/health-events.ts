import type { SpanContext } from '@opentelemetry/api';
import { EventBus, type EventMap, events as processEvents } from '@org/instrument-core';
import type { HealthEvent, HealthEventMap } from './events.ts';

/** Publishes health events on a bus of its own, for `watch`, and on that of the process. */
export class HealthEvents {
  readonly #own = new EventBus<HealthEventMap>();
  readonly #outer: EventBus;

  constructor(outer: EventBus = processEvents) {
    this.#outer = outer;
  }

  /** The events of this registry alone. */
  get own(): EventBus<HealthEventMap> {
    return this.#own;
  }

  /** Publishes an event that somebody hears; `payload` is made then only. Never throws. */
  emit<Name extends keyof HealthEventMap>(
    name: Name,
    span: SpanContext | undefined,
    payload: () => Omit<HealthEventMap[Name], Exclude<keyof HealthEvent, 'check'>>,
  ): void {
    const isHeard = this.#own.hears(name);
    const isHeardOutside = this.#outer.hears(name);
    if (!isHeard && !isHeardOutside) return;
    const event = {
      ...payload(),
      timestampMillis: Date.now(),
      traceId: span?.traceId,
      spanId: span?.spanId,
    } as HealthEventMap[Name];
    if (isHeard) this.#own.emit(name, event);
    if (isHeardOutside) this.#outer.emit(name, event as EventMap[Name]);
  }
}
