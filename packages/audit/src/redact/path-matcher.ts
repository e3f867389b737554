import { ANY_DEPTH, ANY_KEY, comparableKey } from './path-words.ts';

/** Where the reading of an operation is, as far as paths for redaction are concerned; `undefined`: no path goes on. */
export interface PathState {
  /** Whether a path ends here: the value is to be replaced. */
  readonly isMatch: boolean;
  /** Positions in all paths that have been reached. */
  readonly positions: readonly number[];
  /** What follows on the keys that the paths name; `null` where it has not been worked out. */
  readonly next: Map<string, PathState | null | undefined>;
  /** What follows on any other key. */
  other: PathState | null | undefined;
}

/** Beyond, states are not kept: with several `**`, data of odd shapes could make very many. */
const MAX_KEPT_STATES = 1_000;

/**
 * Finds what paths for redaction lead to while an operation is read: all paths are followed at once, as one
 * deterministic automaton whose states are worked out when they are first needed.
 */
export class PathMatcher {
  /** Words of all paths, one after the other, each followed by `undefined` for its end. */
  readonly #words: (string | undefined)[] = [];
  readonly #kept = new Map<string, PathState>();
  /** Characters of the longest word. */
  readonly #longest: number;
  readonly root: PathState | undefined;

  constructor(paths: readonly (readonly string[])[]) {
    const starts: number[] = [];
    for (const words of paths) {
      starts.push(this.#words.length);
      this.#words.push(...words, undefined);
    }
    this.#longest = Math.max(0, ...this.#words.map((word) => word?.length ?? 0));
    this.root = this.#stateOf(starts);
  }

  /** A key as the paths name it, if one of them does. */
  comparable(key: string): string {
    return comparableKey(key, this.#longest);
  }

  /** The state after a key, given as `comparable` has it. */
  step(state: PathState | undefined, key: string): PathState | undefined {
    if (state === undefined) return undefined;
    const known = state.next.get(key);
    if (known !== undefined) return known ?? this.#follow(state, key);
    if (state.next.has(key)) return undefined;
    return state.other === null ? this.#follow(state, undefined) : state.other;
  }

  /** The state after a key such as `user.email`, which is one key to some and two to others: both are meant. */
  stepDotted(state: PathState | undefined, key: string, parts: readonly string[]): PathState | undefined {
    if (state === undefined) return undefined;
    const whole = this.step(state, key);
    let last: PathState | undefined = state;
    for (const part of parts) {
      last = this.step(last, part);
      if (last?.isMatch) return last;
    }
    if (whole === undefined || last === undefined) return whole ?? last;
    return this.#stateOf([...whole.positions, ...last.positions]);
  }

  #follow(state: PathState, key: string | undefined): PathState | undefined {
    const reached: number[] = [];
    for (const position of state.positions) {
      const word = this.#words[position];
      if (word === ANY_DEPTH) reached.push(position);
      else if (word !== undefined && (word === key || word === ANY_KEY)) reached.push(position + 1);
    }
    const followed = this.#stateOf(reached);
    if (key === undefined) state.other = followed;
    else state.next.set(key, followed);
    return followed;
  }

  #stateOf(reached: readonly number[]): PathState | undefined {
    if (reached.length === 0) return undefined;
    const all = new Set<number>();
    for (let position of reached) {
      all.add(position);
      // `**` may stand for nothing.
      while (this.#words[position] === ANY_DEPTH) all.add(++position);
    }
    const positions = [...all].sort((a, b) => a - b);
    const id = positions.join();
    const kept = this.#kept.get(id);
    if (kept !== undefined) return kept;
    const words = positions.map((position) => this.#words[position]);
    const named = words.filter((word) => word !== undefined && word !== ANY_DEPTH && word !== ANY_KEY);
    const state: PathState = {
      isMatch: words.includes(undefined),
      positions,
      next: new Map(named.map((word) => [word as string, null])),
      other: null,
    };
    if (this.#kept.size < MAX_KEPT_STATES) this.#kept.set(id, state);
    return state;
  }
}
