import { CIRCUIT_STATES, type CircuitState, circuitStateOf } from '@org/instrument-core';
import type { CircuitRecord } from '../records.ts';
import type { Site } from '../site.ts';
import { type Kept, type StateKind, States } from '../states.ts';

const VERB = 'recordCircuitState';

const KIND: StateKind<CircuitState, Kept<CircuitState>> = {
  verb: VERB,
  what: 'circuit',
  states: CIRCUIT_STATES,
  rest: 'closed',
  stateOf: circuitStateOf,
  keep: (word) => ({ word }),
};

/** Keeps the states of circuit breakers; counts and publishes their changes. */
export function circuitVerb(site: Site): (circuit: CircuitRecord) => void {
  const circuits = new States(site, KIND);
  return site.guard(VERB, ({ circuit, state, reason, attributes }) => {
    const entered = circuits.enter(circuit, state, attributes);
    if (entered === undefined) return;
    const from = entered.before?.word ?? 'closed';
    if (from === entered.to) return;
    const change = circuits.change(entered, from, reason);
    site.emit('pipeline.circuit.changed', attributes, () => ({ circuit: entered.name, ...change }));
  });
}
