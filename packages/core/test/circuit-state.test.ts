import { expect, test } from 'vitest';
import { CIRCUIT_STATES, circuitStateOf } from '../src/circuit-state.ts';

test.each([
  ['closed', 'closed'],
  ['CLOSE', 'closed'],
  ['halfOpen', 'half-open'],
  ['HALF_OPEN', 'half-open'],
  ['half open', 'half-open'],
  ['Opened', 'open'],
  ['isolated', 'open'],
  ['FORCED_OPEN', 'open'],
])('%s is %s', (word, state) => expect(circuitStateOf(word)).toBe(state));

test('each state is its own word', () => {
  expect(CIRCUIT_STATES.map(circuitStateOf)).toEqual(CIRCUIT_STATES);
});

test.each(['', '-', 'ajar', 'constructor', '__proto__', `${'-'.repeat(1_000)}open`, undefined, null, 1, {}])(
  '%j is no state',
  (word) => expect(circuitStateOf(word)).toBeUndefined(),
);
