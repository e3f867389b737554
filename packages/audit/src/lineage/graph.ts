import type { DatasetState } from './dataset-states.ts';
import type { DatasetNode, LineageEdge, LineageGraph, LineageNode, OperationNode } from './lineage.ts';
import type { LineageIndex } from './lineage-index.ts';
import type { IndexedOperation } from './operation-draft.ts';
import type { Reached } from './traverse.ts';

/** The graph of what was reached, in an order that depends on the journal alone. */
export function graphOf(
  index: LineageIndex,
  from: { readonly operations: readonly number[]; readonly states: readonly number[] },
  reached: Reached,
): LineageGraph {
  const operationId = (position: number): string =>
    operationNode(index.operations[position] as IndexedOperation).id;
  const stateId = (position: number): string => datasetNode(index.states[position] as DatasetState).id;
  const nodes = new Map<string, LineageNode>();
  const add = (node: LineageNode): void => {
    if (!nodes.has(node.id)) nodes.set(node.id, node);
  };
  const addStates = (positions: readonly number[]): void => {
    for (const position of positions) {
      if (reached.states.has(position)) add(datasetNode(index.states[position] as DatasetState));
    }
  };
  const operations = [...reached.operations].map(
    (position) => index.operations[position] as IndexedOperation,
  );
  for (const operation of operations.sort((one, other) => one.index - other.index)) {
    addStates(operation.reads);
    add(operationNode(operation));
    addStates(operation.writes);
  }
  // What no operation among these read or wrote.
  addStates([...reached.states].sort((one, other) => one - other));

  const edges: LineageEdge[] = [];
  for (const [operation, states] of reached.reads) {
    for (const state of states) edges.push({ from: stateId(state), to: operationId(operation) });
  }
  for (const [operation, states] of reached.writes) {
    for (const state of states) edges.push({ from: operationId(operation), to: stateId(state) });
  }
  const places = new Map([...nodes.keys()].map((id, place) => [id, place]));
  const place = (id: string): number => places.get(id) ?? 0;
  edges.sort((one, other) => place(one.from) - place(other.from) || place(one.to) - place(other.to));
  const subjects = [
    ...from.operations.filter((position) => reached.operations.has(position)).map(operationId),
    ...from.states.filter((position) => reached.states.has(position)).map(stateId),
  ];
  return { subjects, nodes: [...nodes.values()], edges, isTruncated: reached.isTruncated };
}

function operationNode({ index, endIndex, action, outcome, time }: IndexedOperation): OperationNode {
  return { kind: 'operation', id: `operation:${index}`, index, endIndex, action, outcome, time };
}

function datasetNode({ dataset: { namespace, name }, version, writtenAt }: DatasetState): DatasetNode {
  // Versions without a name are told apart by the entry that wrote them.
  const parts = version === undefined && writtenAt !== undefined ? [null, writtenAt] : [version];
  const id = `dataset:${JSON.stringify([namespace, name, ...parts.filter((part) => part !== undefined)])}`;
  return { kind: 'dataset', id, namespace, name, version, writtenAt };
}
