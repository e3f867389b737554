import { type CircuitState, circuitStateOf, circuitWord } from '@org/instrument-core';

/** State of a circuit breaker, and why calls are refused: an `isolated` one was opened by hand, a `shutdown` one is of no more use. */
export type BreakerState = CircuitState | 'isolated' | 'shutdown';

/** A breaker of opossum. */
export interface OpossumShape {
  readonly opened: boolean;
  readonly halfOpen: boolean;
  readonly isShutdown?: boolean;
}

/** A breaker of cockatiel, or any other whose `state` is a word. */
export interface StatefulShape {
  readonly state: number | string;
}

// cockatiel's CircuitState, in the order of its numbers.
const COCKATIEL: readonly BreakerState[] = ['closed', 'open', 'half-open', 'isolated'];

/** Words that core takes for `open`, or knows nothing of. */
const BEYOND: ReadonlyMap<string, BreakerState> = new Map([
  ['isolated', 'isolated'],
  ['shutdown', 'shutdown'],
]);

/** Whether it is a breaker of a known shape. */
export function isBreaker(value: unknown): value is OpossumShape | StatefulShape {
  if (typeof value !== 'object' || value === null) return false;
  const { opened, halfOpen, state } = value as Partial<OpossumShape & StatefulShape>;
  if (typeof opened === 'boolean' && typeof halfOpen === 'boolean') return true;
  return typeof state === 'number' || typeof state === 'string';
}

/** State of a breaker, or of what a function said of it: a word, cockatiel's number, the breaker. */
export function breakerState(value: unknown): BreakerState | undefined {
  if (typeof value === 'number') return COCKATIEL[value];
  if (typeof value === 'string') return BEYOND.get(circuitWord(value)) ?? circuitStateOf(value);
  if (!isBreaker(value)) return undefined;
  if (!('opened' in value)) return breakerState(value.state);
  if (value.isShutdown === true) return 'shutdown';
  if (value.opened) return 'open';
  return value.halfOpen ? 'half-open' : 'closed';
}
