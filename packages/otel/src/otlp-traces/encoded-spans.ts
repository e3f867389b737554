import type { InstrumentationScope } from '@opentelemetry/core';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { ProtoWriter } from '../protobuf/proto-writer.ts';
import type { SpanBatch } from '../span-queue/span-batch.ts';
import { writeSpan } from './write-span.ts';

const FIRST_CAPACITY = 16 * 1024;
/** 1 MiB: 512 spans of 2 kB. What a burst of larger ones took is given back. */
const MAX_KEPT_BYTES = 1024 * 1024;
const FIRST_SPANS = 64;
/** Of the first span of an origin: none is before it. */
const NONE = -1;

/** Spans of one resource and one instrumentation scope, as a list from the last to the first. */
export interface Origin {
  last: number;
}

/** In the order in which each was seen first. */
type Origins = Map<Resource, Map<InstrumentationScope, Origin>>;

/**
 * Ended spans, each written as OTLP when it is added: what waits for its batch is bytes in one buffer, where the spans
 * themselves would be a dozen objects each that the garbage collector moves about, twice, while they wait.
 */
export class EncodedSpans implements SpanBatch<EncodedSpans> {
  #spans = new ProtoWriter(FIRST_CAPACITY);
  /** Length of `#spans` with each span, by its place; and the place of the span before it of the same origin. */
  #ends = new Uint32Array(FIRST_SPANS);
  #previous = new Int32Array(FIRST_SPANS);
  #size = 0;
  #origins: Origins = new Map();

  get size(): number {
    return this.#size;
  }

  get items(): this {
    return this;
  }

  get resources(): Iterable<Resource> {
    return this.#origins.keys();
  }

  get origins(): Origins {
    return this.#origins;
  }

  /** Bytes of all spans. */
  get byteLength(): number {
    return this.#spans.length;
  }

  add(span: ReadableSpan): void {
    const mark = this.#spans.length;
    try {
      writeSpan(this.#spans, span);
    } catch (error) {
      this.#spans.rewind(mark);
      throw error;
    }
    this.#enter(this.#originOf(span.resource, span.instrumentationScope));
  }

  append(other: EncodedSpans): void {
    for (const [resource, scopes] of other.#origins) {
      for (const [scope, from] of scopes) {
        const origin = this.#originOf(resource, scope);
        for (const place of other.#placesOf(from).reverse()) {
          this.#spans.copyWritten(other.#spans, other.#startOf(place), other.#ends[place] as number);
          this.#enter(origin);
        }
      }
    }
  }

  /** Writes the spans of one origin, as elements of `ScopeSpans.spans`. */
  writeTo(writer: ProtoWriter, { last }: Origin): void {
    for (let place = last; place !== NONE; place = this.#previous[place] as number) {
      writer.copyWritten(this.#spans, this.#startOf(place), this.#ends[place] as number);
    }
  }

  clear(): void {
    if (this.#spans.length > MAX_KEPT_BYTES) this.#spans = new ProtoWriter(FIRST_CAPACITY);
    else this.#spans.clear();
    this.#size = 0;
    this.#origins = new Map();
  }

  /** The span that was just written has its place, as the last of its origin. */
  #enter(origin: Origin): void {
    const place = this.#size;
    if (place === this.#ends.length) this.#growTable();
    this.#ends[place] = this.#spans.length;
    this.#previous[place] = origin.last;
    origin.last = place;
    this.#size++;
  }

  /** Places of the spans of one origin, from the last to the first. */
  #placesOf({ last }: Origin): number[] {
    const places: number[] = [];
    for (let place = last; place !== NONE; place = this.#previous[place] as number) places.push(place);
    return places;
  }

  #startOf(place: number): number {
    return place === 0 ? 0 : (this.#ends[place - 1] as number);
  }

  #originOf(resource: Resource, instrumentationScope: InstrumentationScope): Origin {
    let scopes = this.#origins.get(resource);
    if (scopes === undefined) {
      scopes = new Map();
      this.#origins.set(resource, scopes);
    }
    let origin = scopes.get(instrumentationScope);
    if (origin === undefined) {
      origin = { last: NONE };
      scopes.set(instrumentationScope, origin);
    }
    return origin;
  }

  #growTable(): void {
    const ends = new Uint32Array(this.#ends.length * 2);
    const previous = new Int32Array(this.#ends.length * 2);
    ends.set(this.#ends);
    previous.set(this.#previous);
    this.#ends = ends;
    this.#previous = previous;
  }
}
