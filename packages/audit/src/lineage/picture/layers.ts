import type { LineageGraph } from '../lineage.ts';

/** A place in a layer: a node, or where an edge passes between two nodes that are farther apart. */
export interface Place {
  /** `undefined` where an edge passes. */
  readonly id: string | undefined;
  readonly layer: number;
  /** Position in the layer, from 0. */
  row: number;
}

/** A graph in layers. */
export interface Layers {
  readonly layers: readonly (readonly Place[])[];
  /** The places that each edge goes through, in the order of the edges of the graph; only its ends where it goes straight. */
  readonly routes: readonly (readonly Place[])[];
}

const SWEEPS = 4;
/** Places where edges pass: 20 in each of a thousand layers, more than an eye can follow. Otherwise, long edges have millions. */
const MAX_PASSAGES = 20_000;

/**
 * Puts the nodes of a graph into layers, so that edges go from left to right, those apart that close a cycle, and orders
 * each layer by where its neighbours are (Sugiyama's method, with the barycentre heuristic). Where there are too many places
 * to pass, the longest edges go straight to their ends.
 */
export function layersOf({ nodes, edges }: LineageGraph): Layers {
  const layerOf = longestPaths(
    nodes.map(({ id }) => id),
    edges.map(({ from, to }) => [from, to] as const),
  );
  const layers: Place[][] = [];
  const place = (id: string | undefined, layer: number): Place => {
    while (layers.length <= layer) layers.push([]);
    const row = layers[layer] as Place[];
    const added = { id, layer, row: row.length };
    row.push(added);
    return added;
  };
  const places = new Map(nodes.map(({ id }) => [id, place(id, layerOf.get(id) ?? 0)]));
  const ends = edges.map(({ from, to }) => [places.get(from) as Place, places.get(to) as Place] as const);
  const longest = longestRoute(ends.map(([start, end]) => Math.abs(end.layer - start.layer)));
  const routes = ends.map(([start, end]) => {
    const route = [start];
    const step = Math.sign(end.layer - start.layer) || 1;
    if (Math.abs(end.layer - start.layer) <= longest) {
      for (let layer = start.layer + step; layer * step < end.layer * step; layer += step) {
        route.push(place(undefined, layer));
      }
    }
    return [...route, end];
  });
  order(layers, routes);
  return { layers, routes };
}

/** Length in layers up to which edges have places where they pass. */
function longestRoute(lengths: readonly number[]): number {
  let passages = 0;
  let longest = 0;
  for (const length of lengths.toSorted((one, other) => one - other)) {
    passages += Math.max(0, length - 1);
    if (passages > MAX_PASSAGES) return Math.min(longest, length - 1);
    longest = length;
  }
  return longest;
}

/** The layer of each node: one more than the largest of those that lead to it, edges that close a cycle aside. */
function longestPaths(
  ids: readonly string[],
  edges: readonly (readonly [string, string])[],
): Map<string, number> {
  const next = new Map<string, string[]>(ids.map((id) => [id, []]));
  for (const [from, to] of edges) next.get(from)?.push(to);
  const entered = new Set<string>();
  /** Nodes whose successors have all been left, last first: an order in which edges point forward, but in cycles. */
  const left: string[] = [];
  for (const root of ids) {
    // By hand: a chain may be longer than the call stack.
    const stack = [{ id: root, at: 0 }];
    while (stack.length > 0) {
      const top = stack.at(-1) as { id: string; at: number };
      if (top.at === 0 && entered.has(top.id)) {
        stack.pop();
        continue;
      }
      entered.add(top.id);
      const successors = next.get(top.id) ?? [];
      while (top.at < successors.length && entered.has(successors[top.at] as string)) top.at++;
      const successor = successors[top.at++];
      if (successor === undefined) {
        left.push(top.id);
        stack.pop();
      } else stack.push({ id: successor, at: 0 });
    }
  }
  const orderOf = new Map(left.reverse().map((id, i) => [id, i]));
  const layers = new Map(ids.map((id) => [id, 0]));
  for (const id of left) {
    for (const successor of next.get(id) ?? []) {
      if ((orderOf.get(successor) ?? 0) <= (orderOf.get(id) ?? 0)) continue;
      layers.set(successor, Math.max(layers.get(successor) ?? 0, (layers.get(id) ?? 0) + 1));
    }
  }
  return layers;
}

function order(layers: readonly Place[][], routes: readonly (readonly Place[])[]): void {
  const before = new Map<Place, Place[]>();
  const after = new Map<Place, Place[]>();
  const note = (neighbours: Map<Place, Place[]>, of: Place, neighbour: Place): void => {
    const list = neighbours.get(of);
    if (list === undefined) neighbours.set(of, [neighbour]);
    else list.push(neighbour);
  };
  for (const route of routes) {
    for (const [i, place] of route.entries()) {
      const next = route[i + 1];
      if (next === undefined) continue;
      const [low, high] = next.layer >= place.layer ? [place, next] : [next, place];
      note(after, low, high);
      note(before, high, low);
    }
  }
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const forward = sweep % 2 === 0;
    for (const layer of forward ? layers : layers.toReversed()) {
      const neighbours = forward ? before : after;
      const weights = new Map(layer.map((place) => [place, barycentre(place, neighbours.get(place))]));
      layer.sort((one, other) => (weights.get(one) ?? 0) - (weights.get(other) ?? 0) || one.row - other.row);
      for (const [row, place] of layer.entries()) place.row = row;
    }
  }
}

function barycentre(place: Place, neighbours: readonly Place[] = []): number {
  if (neighbours.length === 0) return place.row;
  return neighbours.reduce((sum, { row }) => sum + row, 0) / neighbours.length;
}
