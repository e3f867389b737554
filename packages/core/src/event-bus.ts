import { diag } from '@opentelemetry/api';

/**
 * Names and payloads of the events on the bus. Other packages add theirs by declaration merging:
 * `declare module '@org/instrument-core' { interface EventMap { 'alert.firing': Alert } }`.
 */
export interface EventMap {
  'performance.phase.start': PhaseStartEvent;
  'performance.phase.end': PhaseEndEvent;
  'performance.operation.complete': OperationCompleteEvent;
  'performance.metric.recorded': MetricRecordedEvent;
}

/** An instrumented call has begun. */
export interface PhaseStartEvent {
  readonly operation: string;
  readonly function: string;
  /** Number of the call, unique in the process; the same in all events of the call. */
  readonly call: number;
  /** Unix time in milliseconds. */
  readonly timestampMillis: number;
}

/** An instrumented call has ended. */
export interface PhaseEndEvent extends PhaseStartEvent {
  readonly durationMillis: number;
  readonly success: boolean;
  /** `'none'`, the class of the error, or the classifier's word. */
  readonly errorType: string;
}

/** An instrumented call has ended, with all that is known of it. */
export interface OperationCompleteEvent extends PhaseEndEvent {
  readonly labels: Readonly<Record<string, unknown>>;
  /** Trace and span of the call, when it was sampled. */
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
}

/** A measurement was recorded for an instrumented call. */
export interface MetricRecordedEvent {
  readonly call: number;
  readonly metric: string;
  readonly value: number;
  readonly unit: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly timestampMillis: number;
}

/** An event as a subscriber of several names gets it. */
export type BusEvent<Events, Name extends keyof Events = keyof Events> = {
  [K in Name]: { readonly name: K; readonly payload: Events[K] };
}[Name];

/** A pattern: `*` alone, or a prefix and a star. */
type EventPattern = `${string}*`;

/** Names of the events that a name or pattern stands for. */
export type MatchingNames<Events, Pattern> = Pattern extends keyof Events
  ? Pattern
  : Pattern extends `${infer Prefix}*`
    ? Extract<keyof Events, `${Prefix}${string}`>
    : never;

/** Bounds of an async iteration over events. */
export interface IterateOptions {
  /** How many events wait for a slow consumer; beyond, the oldest is shed and counted. Default 1,000. */
  readonly capacity?: number;
  /** Ends the iteration. */
  readonly signal?: AbortSignal;
}

/** An async iteration over events that tells how many it had to shed. */
export interface EventIteration<Item> extends AsyncIterableIterator<Item> {
  readonly shed: number;
}

/** What the bus counted since it was made. */
export interface EventBusStatistics {
  readonly emitted: number;
  /** How often a listener threw or rejected. */
  readonly failed: number;
  /** How many events iterations shed. */
  readonly shed: number;
}

const DEFAULT_CAPACITY = 1_000;
type Listener = (payload: never, name: string) => unknown;
/** Listeners, and the number of the event after which each came. */
type Subscriptions = Map<Listener, number>;

/**
 * A typed event bus. Listeners are called synchronously, in the order of subscription; one that throws or rejects is
 * reported to `diag` and counted, and hurts nobody else. Names may be patterns: `*` alone, or a prefix such as
 * `performance.*`.
 */
export class EventBus<Events extends object = EventMap> {
  readonly #exact = new Map<string, Subscriptions>();
  readonly #prefixes = new Map<string, Subscriptions>();
  #emitted = 0;
  #failed = 0;
  #shed = 0;

  /** Calls `listener` for each event of that name. Returns the function that ends the subscription. */
  on<Name extends keyof Events & string>(
    name: Name,
    listener: (payload: Events[Name], name: Name) => unknown,
  ): () => void;
  on<Pattern extends EventPattern>(
    pattern: Pattern,
    listener: (payload: Events[MatchingNames<Events, Pattern>], name: string) => unknown,
  ): () => void;
  on(name: string, listener: Listener): () => void {
    const isPattern = name.endsWith('*');
    const table = isPattern ? this.#prefixes : this.#exact;
    const key = isPattern ? name.slice(0, -1) : name;
    let listeners = table.get(key);
    if (listeners === undefined) {
      listeners = new Map();
      table.set(key, listeners);
    }
    // Wrapped, so that the same function subscribed twice is two subscriptions.
    const entry: Listener = (payload, eventName) => listener(payload, eventName);
    listeners.set(entry, this.#emitted);
    return () => {
      listeners.delete(entry);
      if (listeners.size === 0 && table.get(key) === listeners) table.delete(key);
    };
  }

  /** As `on`, for one event only. */
  once<Name extends keyof Events & string>(
    name: Name,
    listener: (payload: Events[Name], name: Name) => unknown,
  ): () => void {
    const off = this.on(name, (payload, eventName) => {
      off();
      return listener(payload, eventName);
    });
    return off;
  }

  /** Whether anybody would hear this event; lets an emitter leave the payload unmade. */
  hears(name: keyof Events & string): boolean {
    if (this.#exact.has(name)) return true;
    if (this.#prefixes.size === 0) return false;
    for (const prefix of this.#prefixes.keys()) if (name.startsWith(prefix)) return true;
    return false;
  }

  /**
   * Publishes an event. Never throws and never waits for a listener. Who subscribes from within a listener hears the
   * next event, not this one: a listener that subscribes anew each time would be called without end.
   */
  emit<Name extends keyof Events & string>(name: Name, payload: Events[Name]): void {
    const event = ++this.#emitted;
    const exact = this.#exact.get(name);
    if (exact !== undefined) {
      for (const [listener, since] of exact) if (since < event) this.#call(listener, payload, name);
    }
    if (this.#prefixes.size === 0) return;
    for (const [prefix, listeners] of this.#prefixes) {
      if (!name.startsWith(prefix)) continue;
      for (const [listener, since] of listeners) if (since < event) this.#call(listener, payload, name);
    }
  }

  /**
   * Iterates over the events of a name or a pattern from now on, through a bounded queue: a consumer that does not
   * keep up loses the oldest events and finds their number in `shed`.
   */
  iterate<Name extends (keyof Events & string) | EventPattern>(
    name: Name,
    options: IterateOptions = {},
  ): EventIteration<BusEvent<Events, MatchingNames<Events, Name>>> {
    type Item = BusEvent<Events, MatchingNames<Events, Name>>;
    const capacity = options.capacity ?? DEFAULT_CAPACITY;
    const queue: Item[] = [];
    const waiting: ((result: IteratorResult<Item>) => void)[] = [];
    let shed = 0;
    let done = false;
    const off = this.on(name as EventPattern, (payload, eventName) => {
      const item = { name: eventName, payload } as unknown as Item;
      const next = waiting.shift();
      if (next !== undefined) {
        next({ value: item, done: false });
        return;
      }
      if (queue.length >= capacity) {
        queue.shift();
        shed++;
        this.#shed++;
      }
      queue.push(item);
    });
    const finish = (): void => {
      if (done) return;
      done = true;
      off();
      options.signal?.removeEventListener('abort', finish);
      for (const resolve of waiting.splice(0)) resolve({ value: undefined, done: true });
    };
    if (options.signal?.aborted === true) finish();
    else options.signal?.addEventListener('abort', finish, { once: true });
    return {
      get shed(): number {
        return shed;
      },
      next(): Promise<IteratorResult<Item>> {
        const item = queue.shift();
        if (item !== undefined) return Promise.resolve({ value: item, done: false });
        if (done) return Promise.resolve({ value: undefined, done: true });
        return new Promise((resolve) => waiting.push(resolve));
      },
      return(): Promise<IteratorResult<Item>> {
        queue.length = 0;
        finish();
        return Promise.resolve({ value: undefined, done: true });
      },
      [Symbol.asyncIterator](): AsyncIterableIterator<Item> {
        return this;
      },
    };
  }

  /** Counts since the bus was made. */
  statistics(): EventBusStatistics {
    return { emitted: this.#emitted, failed: this.#failed, shed: this.#shed };
  }

  #call(listener: Listener, payload: unknown, name: string): void {
    try {
      const result = listener(payload as never, name);
      if (result instanceof Promise) result.catch((error: unknown) => this.#report(name, error));
    } catch (error) {
      this.#report(name, error);
    }
  }

  #report(name: string, error: unknown): void {
    this.#failed++;
    // The first failure is said, then each doubling: a listener that always throws must not flood the log.
    if ((this.#failed & (this.#failed - 1)) === 0) {
      diag.error(`A listener of the event ${name} failed (${this.#failed} failures so far)`, error);
    }
  }
}

/** The bus of the process. */
export const events: EventBus = new EventBus();
