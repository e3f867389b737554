import { EventBus } from '@org/instrument-core';
import type { Channel, Notification } from '../../src/index.ts';

/** A bus that takes events of any name. */
export interface Bus {
  readonly events: EventBus;
  emit(name: string, payload?: unknown): void;
}

/** Makes a {@link Bus}. */
export function createBus(): Bus {
  const events = new EventBus();
  const loose = events as unknown as EventBus<Record<string, unknown>>;
  return { events, emit: (name, payload = {}) => loose.emit(name, payload) };
}

/** A channel that keeps what it gets. */
export function channelOf(
  name: string,
  given: Partial<Channel> = {},
): Channel & { readonly got: Notification[] } {
  const got: Notification[] = [];
  return {
    name,
    got,
    maxBatch: 100,
    deliver: async (batch) => {
      got.push(...batch);
    },
    ...given,
  };
}
