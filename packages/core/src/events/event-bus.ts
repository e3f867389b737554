import { tell } from '../fault/tell.ts';
import { processWide } from '../process-wide.ts';
import { countSelf } from '../self-metrics.ts';
import { type EventIteration, type IterateOptions, iterateEvents } from './event-iteration.ts';
import type { BusEvent, EventMap, EventPattern, MatchingNames } from './event-map.ts';
import type { QueueSource } from './event-queue.ts';
import { type EventSubscription, type SubscribeOptions, subscribeToEvents } from './event-subscription.ts';

/** What the bus counted since it was made. */
export interface EventBusStatistics {
  readonly emitted: number;
  /** How often a listener threw or rejected, or its filter threw. */
  readonly failed: number;
  /** How many events the queues of iterations and subscriptions shed. */
  readonly shed: number;
}

type Listener = (payload: never, name: string) => unknown;
type NameFilter = (name: string) => boolean;
/** Who listens, since which event (by its number), and to which of those that the pattern stands for. */
interface Subscription {
  readonly since: number;
  readonly filter: NameFilter | undefined;
}
type Subscriptions = Map<Listener, Subscription>;

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

  /**
   * Calls `listener` for each event of that name. Returns the function that ends the subscription. A pattern that takes in much
   * more than is wanted can have a `filter` of names, which is asked for each event and must be cheap: emitters leave out what nobody
   * would hear.
   */
  on<Name extends keyof Events & string>(
    name: Name,
    listener: (payload: Events[Name], name: Name) => unknown,
  ): () => void;
  on<Pattern extends EventPattern>(
    pattern: Pattern,
    listener: (payload: Events[MatchingNames<Events, Pattern>], name: string) => unknown,
    filter?: NameFilter,
  ): () => void;
  on(name: string, listener: Listener, filter?: NameFilter): () => void {
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
    listeners.set(entry, { since: this.#emitted, filter });
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
    for (const [prefix, listeners] of this.#prefixes) {
      if (!name.startsWith(prefix)) continue;
      for (const { filter } of listeners.values()) if (this.#passes(filter, name)) return true;
    }
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
      for (const [listener, { since }] of exact) if (since < event) this.#call(listener, payload, name);
    }
    if (this.#prefixes.size === 0) return;
    for (const [prefix, listeners] of this.#prefixes) {
      if (!name.startsWith(prefix)) continue;
      for (const [listener, { since, filter }] of listeners) {
        if (since < event && this.#passes(filter, name)) this.#call(listener, payload, name);
      }
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
    return iterateEvents(this.#queueOf(name), options);
  }

  /**
   * Hands the events of a name or a pattern from now on to `handler`, through a bounded queue: one at a time, in order, each
   * after what the handler returned for the one before has settled. Emitters never wait for it. A handler that does not keep
   * up loses events, which are counted; one that throws or rejects is reported, and gets the next event.
   *
   * @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT` for options that are wrong.
   */
  subscribe<Name extends (keyof Events & string) | EventPattern>(
    name: Name,
    handler: (event: BusEvent<Events, MatchingNames<Events, Name>>) => unknown,
    options: SubscribeOptions = {},
  ): EventSubscription {
    return subscribeToEvents(
      this.#queueOf<BusEvent<Events, MatchingNames<Events, Name>>>(name),
      handler,
      options,
    );
  }

  /** Counts since the bus was made. */
  statistics(): EventBusStatistics {
    return { emitted: this.#emitted, failed: this.#failed, shed: this.#shed };
  }

  #queueOf<Item>(name: string): QueueSource<Item> {
    return {
      listen: (take) =>
        this.on(name as EventPattern, (payload, eventName) => take({ name: eventName, payload } as Item)),
      onShed: () => {
        this.#shed++;
        countSelf('instrument.events.shed', name);
      },
      onFailure: (eventName, error) => this.#report(eventName, error),
    };
  }

  #passes(filter: NameFilter | undefined, name: string): boolean {
    if (filter === undefined) return true;
    try {
      return filter(name);
    } catch (error) {
      this.#report(name, error);
      return false;
    }
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
      tell('error', `A listener of the event ${name} failed (${this.#failed} failures so far)`, error);
    }
  }
}

/** The bus of the process. */
export const events: EventBus = processWide('events', () => new EventBus());
