import {
  type Attributes,
  type AttributeValue,
  type Context,
  type Exception,
  type HrTime,
  type Link,
  type SpanContext,
  type SpanKind,
  type SpanStatus,
  SpanStatusCode,
  type TimeInput,
} from '@opentelemetry/api';
import type { InstrumentationScope } from '@opentelemetry/core';
import type { Resource } from '@opentelemetry/resources';
import type { Span, TimedEvent } from '@opentelemetry/sdk-trace';
import { asText, monotonicMillis, tell } from '@org/instrument-core';
import { admitted, cut, eachAttribute, isValid, put, sayUnreadable } from './attributes.ts';
import { exceptionAttributes } from './exception.ts';
import { admitLast } from './limits.ts';
import { admittedLink } from './links.ts';
import type { SpanOrigin, SpanStart } from './span-start.ts';
import { givenTime, isReading, isTimeInput } from './time-input.ts';
import { between, hrTimeOf, millisOf, unixMillisOf } from './wall-clock.ts';

const UNSET: SpanStatus = Object.freeze({ code: SpanStatusCode.UNSET });

/**
 * A span that is recorded: what the API's users write and what the SDK's processors and exporters read. It does what
 * the SDK's own does at a fraction of its cost: the clock is read once at either end, values are checked once, and
 * what most spans do not have (events, links, a status) is made when it is asked for.
 */
export class RecordedSpan implements Span {
  name: string;
  readonly kind: SpanKind;
  readonly attributes: Attributes;
  status: SpanStatus;
  ended: boolean;
  droppedAttributesCount: number;
  droppedEventsCount: number;
  droppedLinksCount: number;
  readonly #origin: SpanOrigin;
  readonly #spanContext: SpanContext;
  readonly #parent: SpanContext | undefined;
  #attributeCount: number;
  #events: TimedEvent[] | undefined;
  #links: Link[] | undefined;
  /** Unix milliseconds, and the monotonic clock at the same time: NaN for a start that was given as Unix time. */
  #startMillis: number;
  #startMonotonic: number;
  #endMillis: number;
  /** Times that were given with nanoseconds, which milliseconds cannot hold. */
  #givenStart: HrTime | undefined;
  #givenEnd: HrTime | undefined;

  constructor(origin: SpanOrigin, start: SpanStart) {
    this.name = start.name;
    this.kind = start.kind;
    this.attributes = start.attributes;
    this.status = UNSET;
    this.ended = false;
    this.droppedAttributesCount = start.droppedAttributesCount;
    this.droppedEventsCount = 0;
    this.droppedLinksCount = 0;
    this.#origin = origin;
    this.#spanContext = start.spanContext;
    this.#parent = start.parentSpanContext;
    // Counted when one is added: most spans have those they began with.
    this.#attributeCount = -1;
    this.#events = undefined;
    this.#links = undefined;
    this.#startMillis = 0;
    this.#startMonotonic = Number.NaN;
    this.#endMillis = 0;
    this.#givenStart = undefined;
    this.#givenEnd = undefined;
    this.#begin(givenTime(start.startTime));
    if (start.links !== undefined) this.addLinks(start.links);
  }

  spanContext(): SpanContext {
    return this.#spanContext;
  }

  // With exactOptionalPropertyTypes the SDK's type of it has no `undefined`, which its own spans have all the same.
  get parentSpanContext(): SpanContext {
    return this.#parent as SpanContext;
  }

  get resource(): Resource {
    return this.#origin.resource;
  }

  get instrumentationScope(): InstrumentationScope {
    return this.#origin.instrumentationScope;
  }

  get events(): TimedEvent[] {
    this.#events ??= [];
    return this.#events;
  }

  get links(): Link[] {
    this.#links ??= [];
    return this.#links;
  }

  /** Whether it has neither a status nor events nor links, and nothing was dropped of it; as most. */
  get isPlain(): boolean {
    return (
      this.status === UNSET &&
      this.#events === undefined &&
      this.#links === undefined &&
      // A link can be dropped where there is none; an event is only where others are.
      this.droppedLinksCount === 0 &&
      this.droppedAttributesCount === 0
    );
  }

  /** Unix milliseconds of the start; `undefined` when it was given with nanoseconds. */
  get startMillis(): number | undefined {
    return this.#givenStart === undefined ? this.#startMillis : undefined;
  }

  /** As {@link RecordedSpan.startMillis}, of the end. */
  get endMillis(): number | undefined {
    return this.#givenEnd === undefined ? this.#endMillis : undefined;
  }

  get startTime(): HrTime {
    return this.#givenStart ?? hrTimeOf(this.#startMillis);
  }

  /** `[0, 0]` until the span has ended. */
  get endTime(): HrTime {
    return this.#givenEnd ?? hrTimeOf(this.#endMillis);
  }

  get duration(): HrTime {
    // 0: the end is not known yet.
    if (this.#endMillis === 0) return [-1, -1];
    if (this.#givenStart === undefined && this.#givenEnd === undefined) {
      return hrTimeOf(this.#endMillis - this.#startMillis);
    }
    return between(this.startTime, this.endTime);
  }

  isRecording(): boolean {
    return !this.ended;
  }

  setAttribute(key: string, value: AttributeValue): this {
    if (value == null || this.#isOver()) return this;
    try {
      if (isValid(key, value)) this.#set(key, cut(value, this.#origin.limits.attributeValueLength));
    } catch (error) {
      sayUnreadable(error);
    }
    return this;
  }

  setAttributes(attributes: Attributes): this {
    eachAttribute(attributes, (key, value) => this.setAttribute(key, value));
    return this;
  }

  addEvent(name: string, attributesOrTime?: Attributes | TimeInput, time?: TimeInput): this {
    if (this.#isOver()) return this;
    const { eventCount, attributePerEventCount, attributeValueLength } = this.#origin.limits;
    const isTime = isTimeInput(attributesOrTime);
    const when = givenTime(isTime && !isTimeInput(time) ? attributesOrTime : time);
    const given = isTime ? undefined : attributesOrTime;
    const { attributes, dropped } = admitted(given, attributePerEventCount, attributeValueLength);
    const event = {
      name: asText(name),
      attributes,
      time: this.#timeOf(when),
      droppedAttributesCount: dropped,
    };
    if (!admitLast(this.events, event, eventCount)) this.droppedEventsCount++;
    return this;
  }

  addLink(link: Link): this {
    if (this.#isOver()) return this;
    const { limits } = this.#origin;
    const kept = admittedLink(link, limits);
    if (kept === undefined || !admitLast(this.links, kept, limits.linkCount)) this.droppedLinksCount++;
    return this;
  }

  addLinks(links: readonly Link[]): this {
    try {
      for (const link of links ?? []) this.addLink(link);
    } catch (error) {
      sayUnreadable(error);
    }
    return this;
  }

  /** `OK` is final, and `UNSET` changes nothing (specification, "Set Status"). */
  setStatus(status: SpanStatus): this {
    if (this.#isOver() || this.status.code === SpanStatusCode.OK) return this;
    try {
      const { code, message } = status;
      if (code === SpanStatusCode.OK) this.status = { code };
      else if (code === SpanStatusCode.ERROR) {
        this.status = typeof message === 'string' ? { code, message } : { code };
      }
    } catch (error) {
      sayUnreadable(error);
    }
    return this;
  }

  updateName(name: string): this {
    if (!this.#isOver()) this.name = asText(name);
    return this;
  }

  /** Adds the event `exception` (semantic conventions, "Exceptions on spans"). */
  recordException(exception: Exception, time?: TimeInput): void {
    const attributes = exceptionAttributes(exception);
    if (attributes !== undefined) this.addEvent('exception', attributes, time);
  }

  end(time?: TimeInput): void {
    if (this.#isOver()) return;
    this.#finish(givenTime(time));
    const { processors } = this.#origin;
    for (const processor of processors) processor.onEnding?.(this);
    this.ended = true;
    for (const processor of processors) processor.onEnd(this);
  }

  /** Tells the processors that the span has begun. */
  announce(parent: Context): void {
    for (const processor of this.#origin.processors) processor.onStart(this, parent);
  }

  #set(key: string, value: AttributeValue): void {
    const { attributes } = this;
    if (!Object.hasOwn(attributes, key)) {
      if (this.#attributeCount < 0) this.#attributeCount = Object.keys(attributes).length;
      if (this.#attributeCount >= this.#origin.limits.attributeCount) {
        this.droppedAttributesCount++;
        return;
      }
      this.#attributeCount++;
    }
    put(attributes, key, value);
  }

  #begin(given: TimeInput | undefined): void {
    if (given === undefined || isReading(given)) {
      this.#startMonotonic = given ?? monotonicMillis();
      this.#startMillis = unixMillisOf(this.#startMonotonic);
    } else if (Array.isArray(given)) {
      this.#givenStart = given;
      this.#startMillis = millisOf(given);
    } else this.#startMillis = Number(given);
  }

  #finish(given: TimeInput | undefined): void {
    if (Array.isArray(given)) this.#givenEnd = given;
    this.#endMillis = Array.isArray(given) ? millisOf(given) : this.#millisOf(given);
    const isExact = this.#givenStart !== undefined || this.#givenEnd !== undefined;
    if (this.#endMillis >= this.#startMillis && (!isExact || this.duration[0] >= 0)) return;
    // A start in Unix time and an end that was not given are of two clocks, of which one may have been set: nobody's fault.
    if (given !== undefined || !Number.isNaN(this.#startMonotonic)) {
      tell('warn', `The span ${this.name} ends before it starts; its duration is taken to be 0.`);
    }
    this.#endMillis = this.#startMillis;
    this.#givenEnd = this.#givenStart;
  }

  #timeOf(given: TimeInput | undefined): HrTime {
    return Array.isArray(given) ? given : hrTimeOf(this.#millisOf(given));
  }

  /** Unix milliseconds of a time that is given as such, as a reading of the monotonic clock, or is now. */
  #millisOf(given: Date | number | undefined): number {
    if (given !== undefined && !isReading(given)) return Number(given);
    const reading = given ?? monotonicMillis();
    // Counted from the start where that is known, so that a clock that was set meanwhile changes no duration.
    if (Number.isNaN(this.#startMonotonic)) return unixMillisOf(reading);
    return this.#startMillis + (reading - this.#startMonotonic);
  }

  #isOver(): boolean {
    if (this.ended) tell('warn', `The span ${this.name} has ended and cannot be changed or ended again.`);
    return this.ended;
  }
}
