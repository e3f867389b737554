import type { Attributes } from '@opentelemetry/api';
import type { BindableCounter } from '@org/instrument-core';
import type { CircuitRecord, CircuitState } from '../records.ts';
import type { Site } from '../site.ts';
import { keyOf, MAX_TRACKED, Tracked } from '../tracked.ts';
import { showStates } from './state-set.ts';

const VERB = 'recordCircuitState';
/** Labels of its own. */
const OWN: readonly string[] = ['circuit', 'state', 'from', 'to'];
const STATES = ['closed', 'half-open', 'open'] as const satisfies CircuitState[];

/** As they are written here, and without case and signs, as breakers of several libraries write them. */
const WORDS: ReadonlyMap<string, CircuitState> = new Map([
  ['closed', 'closed'],
  ['close', 'closed'],
  ['half-open', 'half-open'],
  ['halfopen', 'half-open'],
  ['open', 'open'],
  ['opened', 'open'],
  ['isolated', 'open'],
  ['forcedopen', 'open'],
]);

/** No word for a state is longer. */
const MAX_WORD = 16;

interface Kept {
  readonly word: CircuitState;
}

/** Keeps the states of circuit breakers; counts and publishes their changes. */
export function circuitVerb(site: Site): (circuit: CircuitRecord) => void {
  const tracked = new Tracked<Kept>(({ word }) => word === 'closed');
  let transitions: BindableCounter | undefined;
  return site.guard(VERB, ({ circuit: name, state, reason, attributes }) => {
    const circuit = site.label(VERB, 'circuit', name);
    const to = stateOf(state);
    if (to === undefined) {
      site.refuse(VERB, 'state', state, `one of ${STATES.join(', ')}`);
      return;
    }
    const key = keyOf(circuit, attributes, OWN);
    const known = tracked.get(key);
    if (known?.state.word === to) return;
    const labels = known?.labels ?? labelsOf(site, circuit, attributes);
    if (!tracked.set(key, { labels, state: { word: to } })) {
      site.refuse(VERB, 'circuit', name, `at most ${MAX_TRACKED} circuits that are not closed`);
      return;
    }
    transitions ??= createInstruments(site, tracked);
    const from = known?.state.word ?? 'closed';
    if (from === to) return;
    transitions.add(1, { ...labels, from, to });
    site.emit('pipeline.circuit.changed', attributes, () => ({ circuit, from, to, reason: textOf(reason) }));
  });
}

function labelsOf(site: Site, circuit: string, attributes: unknown): Attributes {
  const labels = site.series(VERB, attributes);
  labels.circuit = circuit;
  return labels;
}

function createInstruments(site: Site, tracked: Tracked<Kept>): BindableCounter {
  showStates(site, 'circuit', STATES, tracked);
  return site.meter.createCounter(`${site.name}.circuit.transitions`, {
    description: 'Changes of the states of circuit breakers',
    unit: '{transition}',
  });
}

function stateOf(given: unknown): CircuitState | undefined {
  if (typeof given !== 'string' || given.length > MAX_WORD) return undefined;
  return WORDS.get(given) ?? WORDS.get(given.toLowerCase().replaceAll(/[^a-z]/g, ''));
}

/** A reason is for people; what is no text says nothing to them. */
function textOf(reason: unknown): string | undefined {
  return typeof reason === 'string' ? reason : undefined;
}
