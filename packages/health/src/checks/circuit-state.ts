/** States of circuit breakers. An `isolated` one was opened by hand, and a `shutdown` one is of no more use. */
export type CircuitState = 'closed' | 'half-open' | 'open' | 'isolated' | 'shutdown';

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
const COCKATIEL: readonly CircuitState[] = ['closed', 'open', 'half-open', 'isolated'];

const WORDS: Readonly<Record<string, CircuitState>> = {
  closed: 'closed',
  halfopen: 'half-open',
  open: 'open',
  opened: 'open',
  isolated: 'isolated',
  shutdown: 'shutdown',
};

/** Whether it is a breaker of a known shape. */
export function isBreaker(value: unknown): value is OpossumShape | StatefulShape {
  if (typeof value !== 'object' || value === null) return false;
  const { opened, halfOpen, state } = value as Partial<OpossumShape & StatefulShape>;
  if (typeof opened === 'boolean' && typeof halfOpen === 'boolean') return true;
  return typeof state === 'number' || typeof state === 'string';
}

/** State of a breaker, or of what a function said of it: a word, cockatiel's number, the breaker. */
export function circuitState(value: unknown): CircuitState | undefined {
  if (typeof value === 'number') return COCKATIEL[value];
  // `halfOpen`, `half-open`, `HALF_OPEN`: all mean the same.
  if (typeof value === 'string') return WORDS[value.toLowerCase().replaceAll(/[^a-z]/g, '')];
  if (!isBreaker(value)) return undefined;
  if (!('opened' in value)) return circuitState(value.state);
  if (value.isShutdown === true) return 'shutdown';
  if (value.opened) return 'open';
  return value.halfOpen ? 'half-open' : 'closed';
}
