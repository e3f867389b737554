import { type BusEvent, EventBus, MeterProvider } from '@org/instrument-core';
import { metricValues } from '../../../core/test/metric-values.ts';
import type { ExecutionEventMap, ExecutionOptions } from '../../src/index.ts';

/** A bus and meters of their own, and what both have got. */
export interface Bed {
  /** To be spread into the options of what is tested. */
  readonly options: Required<Pick<ExecutionOptions, 'events' | 'meterProvider'>>;
  readonly events: EventBus;
  readonly meterProvider: MeterProvider;
  /** Everything on the bus, in order. */
  readonly heard: readonly BusEvent<ExecutionEventMap>[];
  /** Names of the events on the bus, in order. */
  names(): string[];
  /** Payloads of one event, in order. */
  payloads<Name extends keyof ExecutionEventMap>(name: Name): ExecutionEventMap[Name][];
  /** Values of a metric (counts, for a histogram) by their attributes: `{ 'scope=item,error_type=Error': 2 }`. */
  metric(name: string): Record<string, number>;
}

/** A bed that nothing else sees. With `listens: false` nobody hears its events. */
export function createBed({ listens = true }: { readonly listens?: boolean } = {}): Bed {
  const events = new EventBus();
  const meterProvider = new MeterProvider({});
  const heard: BusEvent<ExecutionEventMap>[] = [];
  if (listens) {
    events.on(
      'execution.*',
      (payload, name) => void heard.push({ name, payload } as BusEvent<ExecutionEventMap>),
    );
  }
  return {
    options: { events, meterProvider },
    events,
    meterProvider,
    heard,
    names: () => heard.map(({ name }) => name),
    payloads: (name) =>
      heard
        .filter((event) => event.name === name)
        .map(({ payload }) => payload as ExecutionEventMap[typeof name]),
    metric: (name) => metricValues(meterProvider, name),
  };
}

/** What a call throws, or a promise rejects with. */
export async function thrownBy(call: () => unknown): Promise<unknown> {
  try {
    await call();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

/** A promise that is settled from outside. */
export interface Deferred {
  readonly promise: Promise<void>;
  resolve(): void;
}

export function deferred(): Deferred {
  let resolve = (): void => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
