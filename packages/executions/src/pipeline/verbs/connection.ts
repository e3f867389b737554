import type { Attributes } from '@opentelemetry/api';
import { type BindableCounter, monotonicMillis } from '@org/instrument-core';
import type { ConnectionRecord, ConnectionState } from '../records.ts';
import type { Site } from '../site.ts';
import { keyOf, MAX_TRACKED, Tracked } from '../tracked.ts';
import { showStates } from './state-set.ts';

const VERB = 'recordConnectionState';
/** Labels of its own. */
const OWN: readonly string[] = ['connection', 'state', 'from', 'to'];
const STATES = [
  'connected',
  'connecting',
  'reconnecting',
  'disconnected',
] as const satisfies ConnectionState[];

interface Kept {
  readonly word: ConnectionState;
  /** Whether it was ever up: the next time is a reconnect. */
  readonly wasUp: boolean;
  /** Since when it is in this state, by `monotonicMillis`. */
  readonly sinceMillis: number;
}

interface Instruments {
  readonly transitions: BindableCounter;
  readonly reconnects: BindableCounter;
}

/**
 * States that a connection begins with when all is well. Told first they are no change, so that a start wakes nobody; any other
 * is, and what it is a change from is that the connection was up.
 */
const BEGINNINGS: readonly ConnectionState[] = ['connected', 'connecting'];

/** Keeps the states of connections; counts and publishes their changes. */
export function connectionVerb(site: Site): (connection: ConnectionRecord) => void {
  const tracked = new Tracked<Kept>(({ word }) => word === 'disconnected');
  let instruments: Instruments | undefined;
  return site.guard(VERB, ({ connection: name, state: to, reason, attributes }) => {
    const connection = site.label(VERB, 'connection', name);
    if (!STATES.includes(to)) {
      site.refuse(VERB, 'state', to, `one of ${STATES.join(', ')}`);
      return;
    }
    const key = keyOf(connection, attributes, OWN);
    const known = tracked.get(key);
    if (known?.state.word === to) return;
    const labels = known?.labels ?? labelsOf(site, connection, attributes);
    const wasUp = known?.state.wasUp === true;
    const isUp = to === 'connected';
    const state: Kept = { word: to, wasUp: wasUp || isUp, sinceMillis: monotonicMillis() };
    if (!tracked.set(key, { labels, state })) {
      site.refuse(VERB, 'connection', name, `at most ${MAX_TRACKED} connections that are not disconnected`);
      return;
    }
    instruments ??= createInstruments(site, tracked);
    // Nothing is added the first time, so that the series is there, at 0, before there is a reconnect.
    if (isUp) instruments.reconnects.add(wasUp ? 1 : 0, labels);
    if (known === undefined && BEGINNINGS.includes(to)) return;
    const from = known?.state.word ?? 'connected';
    instruments.transitions.add(1, { ...labels, from, to });
    site.emit('pipeline.connection.changed', attributes, () => ({
      connection,
      from,
      to,
      reason: typeof reason === 'string' ? reason : undefined,
    }));
  });
}

function labelsOf(site: Site, connection: string, attributes: unknown): Attributes {
  const labels = site.series(VERB, attributes);
  labels.connection = connection;
  return labels;
}

function createInstruments(site: Site, tracked: Tracked<Kept>): Instruments {
  const { name, meter } = site;
  showStates(site, 'connection', STATES, tracked);
  meter
    .createObservableGauge(`${name}.connection.uptime`, {
      description: 'Time since a connection came up, 0 while it is not',
      unit: 's',
    })
    .addCallback((result) => {
      const now = monotonicMillis();
      for (const { labels, state } of tracked.values()) {
        result.observe(state.word === 'connected' ? (now - state.sinceMillis) / 1_000 : 0, labels);
      }
    });
  return {
    transitions: meter.createCounter(`${name}.connection.transitions`, {
      description: 'Changes of the states of connections',
      unit: '{transition}',
    }),
    reconnects: meter.createCounter(`${name}.connection.reconnects`, {
      description: 'Times that a connection came up again',
      unit: '{reconnect}',
    }),
  };
}
