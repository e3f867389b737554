/** State of a circuit breaker. One that was opened by hand is `open` too. */
export type CircuitState = 'closed' | 'half-open' | 'open';

/** States of circuit breakers, from the one in which all is well to the one in which nothing is let through. */
export const CIRCUIT_STATES: readonly CircuitState[] = ['closed', 'half-open', 'open'];

/** As breakers of several libraries write them, without case and signs. */
const WORDS: ReadonlyMap<string, CircuitState> = new Map([
  ['closed', 'closed'],
  ['close', 'closed'],
  // As it is written here, it is found without being taken apart.
  ['half-open', 'half-open'],
  ['halfopen', 'half-open'],
  ['open', 'open'],
  ['opened', 'open'],
  ['isolated', 'open'],
  ['forcedopen', 'open'],
]);

/** No word for a state is longer. */
const MAX_WORD = 16;

/** A state in the words of the usual libraries: `halfOpen`, `HALF_OPEN`, `isolated`; `undefined` for anything else. Never throws. */
export function circuitStateOf(word: unknown): CircuitState | undefined {
  if (typeof word !== 'string') return undefined;
  return WORDS.get(word) ?? WORDS.get(circuitWord(word));
}

/** A word for a state without case and signs: `HALF_OPEN` is `halfopen`. What is too long to be one is the empty text. */
export function circuitWord(word: string): string {
  return word.length > MAX_WORD ? '' : word.toLowerCase().replaceAll(/[^a-z]/g, '');
}
