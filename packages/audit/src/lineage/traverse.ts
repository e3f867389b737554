import type { LineageIndex } from './lineage-index.ts';

/** Operations and states that were reached, and how data went between them. */
export interface Reached {
  /** By their positions in the index. */
  readonly operations: Set<number>;
  readonly states: Set<number>;
  /** Pairs of operation and state: read by it, and written by it. */
  readonly reads: Map<number, Set<number>>;
  readonly writes: Map<number, Set<number>>;
  isTruncated: boolean;
}

export type Direction = 'ancestors' | 'descendants';

/** How far to go. */
export interface Reach {
  readonly depth: number;
  readonly maxNodes: number;
}

/**
 * All that leads to some operations and states, or all that they lead to, nearest first, and of the states those first that
 * became known last, each with its operations. Each is visited once in a direction, so that cycles end.
 */
export function traverse(
  index: LineageIndex,
  from: { readonly operations: readonly number[]; readonly states: readonly number[] },
  directions: readonly Direction[],
  reach: Reach,
): Reached {
  const reached: Reached = {
    operations: new Set(),
    states: new Set(),
    reads: new Map(),
    writes: new Map(),
    isTruncated: false,
  };
  const walks = directions.map((direction) => new Walk(index, direction, reach, reached));
  for (const operation of from.operations) for (const walk of walks) walk.startAtOperation(operation);
  for (const state of from.states.toReversed()) for (const walk of walks) walk.startAtState(state);
  while (walks.some((walk) => walk.hasMore)) for (const walk of walks) walk.step();
  return reached;
}

interface Step {
  readonly state: number;
  /** Operations between the state and where the walk began. */
  readonly distance: number;
}

/** A walk through the index in one direction. What several of them reach is counted once. */
class Walk {
  readonly #index: LineageIndex;
  readonly #up: boolean;
  readonly #reach: Reach;
  readonly #reached: Reached;
  readonly #visited = { operations: new Set<number>(), states: new Set<number>() };
  /** States from which the walk went on. */
  readonly #left = new Set<number>();
  #next: Step[] = [];

  constructor(index: LineageIndex, direction: Direction, reach: Reach, reached: Reached) {
    this.#index = index;
    this.#up = direction === 'ancestors';
    this.#reach = reach;
    this.#reached = reached;
  }

  get hasMore(): boolean {
    return this.#next.length > 0;
  }

  startAtOperation(operation: number): void {
    if (this.#visit('operations', operation)) this.#leaveOperation(operation, 0);
  }

  startAtState(state: number): void {
    // An operation that leads to another one may have come here before.
    const isReached = this.#visited.states.has(state) || this.#visit('states', state);
    if (isReached) this.#leaveState({ state, distance: 0 });
  }

  /** Goes on from all states that were reached last. */
  step(): void {
    const steps = this.#next;
    this.#next = [];
    for (const step of steps) this.#leaveState(step);
  }

  #leaveState({ state, distance }: Step): void {
    if (this.#left.has(state)) return;
    this.#left.add(state);
    const edges = this.#up ? this.#reached.writes : this.#reached.reads;
    for (const operation of this.#up ? this.#index.writersOf(state) : this.#index.readersOf(state)) {
      if (distance >= this.#reach.depth && !this.#visited.operations.has(operation)) {
        this.#reached.isTruncated = true;
      } else if (this.#visit('operations', operation)) this.#leaveOperation(operation, distance + 1);
      this.#connect(edges, operation, state);
    }
  }

  #leaveOperation(operation: number, distance: number): void {
    const edges = this.#up ? this.#reached.reads : this.#reached.writes;
    const { reads, writes } = this.#index.operations[operation] ?? { reads: [], writes: [] };
    for (const state of this.#up ? reads : writes) {
      if (this.#visit('states', state)) this.#next.push({ state, distance });
      this.#connect(edges, operation, state);
    }
  }

  #visit(kind: 'operations' | 'states', node: number): boolean {
    if (this.#visited[kind].has(node)) return false;
    const { operations, states } = this.#reached;
    const isFull = operations.size + states.size >= this.#reach.maxNodes;
    if (isFull && !this.#reached[kind].has(node)) {
      this.#reached.isTruncated = true;
      return false;
    }
    this.#visited[kind].add(node);
    this.#reached[kind].add(node);
    return true;
  }

  #connect(edges: Map<number, Set<number>>, operation: number, state: number): void {
    if (!this.#reached.operations.has(operation) || !this.#reached.states.has(state)) return;
    const states = edges.get(operation);
    if (states === undefined) edges.set(operation, new Set([state]));
    else states.add(state);
  }
}
