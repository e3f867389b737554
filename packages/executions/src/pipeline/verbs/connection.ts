import { type BindableCounter, monotonicMillis } from '@org/instrument-core';
import type { ConnectionRecord, ConnectionState } from '../records.ts';
import type { Site } from '../site.ts';
import { type Kept, type StateKind, States } from '../states.ts';

const VERB = 'recordConnectionState';

interface KeptConnection extends Kept<ConnectionState> {
  /** Whether it was ever up: the next time is a reconnect. */
  readonly wasUp: boolean;
  /** Since when it is in this state, by `monotonicMillis`. */
  readonly sinceMillis: number;
}

type Connections = States<ConnectionState, KeptConnection>;

const STATES: readonly ConnectionState[] = ['connected', 'connecting', 'reconnecting', 'disconnected'];

const KIND: StateKind<ConnectionState, KeptConnection> = {
  verb: VERB,
  what: 'connection',
  states: STATES,
  rest: 'disconnected',
  stateOf: (given) => STATES.find((state) => state === given),
  keep: (word, before) => ({
    word,
    wasUp: before?.wasUp === true || word === 'connected',
    sinceMillis: monotonicMillis(),
  }),
};

/**
 * States that a connection begins with when all is well. Told first they are no change, so that a start wakes nobody; any other
 * is, and what it is a change from is that the connection was up.
 */
const BEGINNINGS: readonly ConnectionState[] = ['connected', 'connecting'];

/** Keeps the states of connections; counts and publishes their changes. */
export function connectionVerb(site: Site): (connection: ConnectionRecord) => void {
  const connections: Connections = new States(site, KIND);
  let reconnects: BindableCounter | undefined;
  return site.guard(VERB, ({ connection, state, reason, attributes }) => {
    const entered = connections.enter(connection, state, attributes);
    if (entered === undefined) return;
    const { name, labels, to, before } = entered;
    reconnects ??= createInstruments(site, connections);
    // Nothing is added the first time, so that the series is there, at 0, before there is a reconnect.
    if (to === 'connected') reconnects.add(before?.wasUp === true ? 1 : 0, labels);
    if (before === undefined && BEGINNINGS.includes(to)) return;
    const change = connections.change(entered, before?.word ?? 'connected', reason);
    site.emit('pipeline.connection.changed', attributes, () => ({ connection: name, ...change }));
  });
}

function createInstruments({ name, meter }: Site, connections: Connections): BindableCounter {
  meter
    .createObservableGauge(`${name}.connection.uptime`, {
      description: 'Time since a connection came up, 0 while it is not',
      unit: 's',
    })
    .addCallback((result) => {
      const now = monotonicMillis();
      for (const { labels, state } of connections.values()) {
        result.observe(state.word === 'connected' ? (now - state.sinceMillis) / 1_000 : 0, labels);
      }
    });
  return meter.createCounter(`${name}.connection.reconnects`, {
    description: 'Times that a connection came up again',
    unit: '{reconnect}',
  });
}
