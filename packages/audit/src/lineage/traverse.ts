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

/** How far to go. */
export interface Reach {
  readonly depth: number;
  readonly maxNodes: number;
}

/** What nothing was reached from yet. */
export function nothingReached(): Reached {
  return {
    operations: new Set(),
    states: new Set(),
    reads: new Map(),
    writes: new Map(),
    isTruncated: false,
  };
}

/**
 * Adds to `reached` all that leads to some operations and states, or all that they lead to, nearest first. Each is
 * visited once, so that cycles end.
 */
export function traverse(
  index: LineageIndex,
  from: { readonly operations: readonly number[]; readonly states: readonly number[] },
  direction: 'ancestors' | 'descendants',
  { depth, maxNodes }: Reach,
  reached: Reached,
): void {
  const up = direction === 'ancestors';
  const [nearEdges, farEdges] = up ? [reached.reads, reached.writes] : [reached.writes, reached.reads];
  const visited = { operations: new Set<number>(), states: new Set<number>() };
  const visit = (kind: 'operations' | 'states', node: number): boolean => {
    if (visited[kind].has(node)) return false;
    const isFull = reached.operations.size + reached.states.size >= maxNodes;
    if (isFull && !reached[kind].has(node)) {
      reached.isTruncated = true;
      return false;
    }
    visited[kind].add(node);
    reached[kind].add(node);
    return true;
  };
  const connect = (edges: Map<number, Set<number>>, operation: number, state: number): void => {
    if (!reached.operations.has(operation) || !reached.states.has(state)) return;
    const states = edges.get(operation);
    if (states === undefined) edges.set(operation, new Set([state]));
    else states.add(state);
  };
  let operations = from.operations.filter((operation) => visit('operations', operation));
  let states = from.states.filter((state) => visit('states', state));
  for (let level = 0; operations.length > 0 || states.length > 0; level++) {
    for (const operation of operations) {
      const { reads, writes } = index.operations[operation] ?? { reads: [], writes: [] };
      for (const state of up ? reads : writes) {
        if (visit('states', state)) states.push(state);
        connect(nearEdges, operation, state);
      }
    }
    operations = [];
    for (const state of states) {
      for (const operation of up ? index.writersOf(state) : index.readersOf(state)) {
        if (level >= depth && !visited.operations.has(operation)) reached.isTruncated = true;
        else if (visit('operations', operation)) operations.push(operation);
        connect(farEdges, operation, state);
      }
    }
    states = [];
  }
}
