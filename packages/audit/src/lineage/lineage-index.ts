import type { AuditEntry, EntryDataset } from '../operation/entry.ts';
import type { AuditOutcome } from '../operation/operation.ts';

/** A state of a dataset, and the positions of the operations that wrote and read it. */
export interface DatasetState {
  readonly dataset: DatasetHistory;
  version: string | undefined;
  writtenAt: number | undefined;
  readonly writers: number[];
  readonly readers: number[];
}

/** An operation, and the positions of the states that it read and wrote. */
export interface IndexedOperation {
  readonly index: number;
  endIndex: number | undefined;
  readonly action: string;
  outcome: AuditOutcome | undefined;
  readonly time: string;
  reads: number[];
  writes: number[];
}

/** All states of a dataset. */
export interface DatasetHistory {
  readonly namespace: string;
  readonly name: string;
  /** Position of the state that was written last. */
  latest: number | undefined;
  /** Position of the state that was there before anything was written. */
  outside: number | undefined;
  readonly versions: Map<string, number>;
  readonly states: number[];
}

/** What a journal says about data, folded into operations and states of datasets. */
export class LineageIndex {
  readonly operations: IndexedOperation[] = [];
  readonly states: DatasetState[] = [];
  readonly #histories = new Map<string, DatasetHistory>();
  /** Positions of operations by the index of each of their entries. */
  readonly #byEntry = new Map<number, number>();
  /** Operations that have started and not ended; most have read and written nothing yet. */
  readonly #open = new Map<number, IndexedOperation>();
  /** Positions of operations that wrote, by their span. */
  readonly #bySpan = new Map<string, number>();
  // One copy of each: there are few, and as many texts as entries otherwise.
  readonly #actions = new Map<string, string>();

  /** Takes an entry in; entries come in the order of the journal. */
  add(entry: AuditEntry): void {
    const operation = this.#operationOf(entry);
    const { inputs = [], outputs = [], outcome } = entry;
    // What was denied has not happened.
    if (inputs.length + outputs.length === 0 || outcome === 'denied') return;
    // What is read was written before, even by an operation that writes the same dataset.
    for (const input of inputs) this.#read(operation, input);
    for (const output of outputs) this.#write(operation, output, entry.index);
    const position = this.#positionOf(operation);
    this.#byEntry.set(entry.index, position);
    const { traceId, spanId } = entry.correlation ?? {};
    if (traceId !== undefined && spanId !== undefined && operation.writes.length > 0) {
      this.#bySpan.set(`${traceId}:${spanId}`, position);
    }
  }

  /** Connects states with the operations, once all entries are in. */
  finish(): void {
    this.#open.clear();
    this.#bySpan.clear();
    for (const [position, { reads, writes }] of this.operations.entries()) {
      for (const state of reads) this.states[state]?.readers.push(position);
      for (const state of writes) this.states[state]?.writers.push(position);
    }
  }

  operationAt(entry: number): number | undefined {
    return this.#byEntry.get(entry);
  }

  historyOf(namespace: string, name: string): DatasetHistory | undefined {
    return this.#histories.get(keyOf(namespace, name));
  }

  #operationOf(entry: AuditEntry): IndexedOperation {
    const { index, phase, outcome, time } = entry;
    const open = phase === 'ended' && entry.started !== undefined ? this.#open.get(entry.started) : undefined;
    if (open !== undefined && entry.started !== undefined) {
      open.endIndex = index;
      open.outcome = outcome;
      this.#open.delete(entry.started);
      const position = this.#byEntry.get(entry.started);
      if (position !== undefined) this.#byEntry.set(index, position);
      return open;
    }
    const operation: IndexedOperation = {
      index: phase === 'ended' ? (entry.started ?? index) : index,
      endIndex: phase === 'ended' ? index : undefined,
      action: this.#interned(entry.action),
      outcome,
      time,
      reads: [],
      writes: [],
    };
    if (phase === 'started') this.#open.set(index, operation);
    return operation;
  }

  #positionOf(operation: IndexedOperation): number {
    const known = this.#byEntry.get(operation.index);
    if (known !== undefined) return known;
    const position = this.operations.push(operation) - 1;
    this.#byEntry.set(operation.index, position);
    return position;
  }

  #read(operation: IndexedOperation, { namespace, name, version, producedBy }: EntryDataset): void {
    const dataset = this.#history(namespace, name);
    if (version !== undefined) {
      // The start may have named the dataset alone, and the end its version.
      operation.reads = operation.reads.filter((state) => !this.#isUnnamed(state, dataset));
      include(operation.reads, dataset.versions.get(version) ?? this.#state(dataset, version));
      return;
    }
    if (operation.reads.some((state) => this.states[state]?.dataset === dataset)) return;
    const bySpan = producedBy && this.#bySpan.get(`${producedBy.traceId}:${producedBy.spanId}`);
    const writes = bySpan === undefined ? [] : (this.operations[bySpan]?.writes ?? []);
    const written = writes.findLast((state) => this.states[state]?.dataset === dataset) ?? dataset.latest;
    if (written === undefined) dataset.outside ??= this.#state(dataset, undefined);
    include(operation.reads, written ?? (dataset.outside as number));
  }

  #write(operation: IndexedOperation, { namespace, name, version }: EntryDataset, index: number): void {
    const dataset = this.#history(namespace, name);
    const state = this.#written(operation, dataset, version) ?? this.#state(dataset, version);
    (this.states[state] as DatasetState).writtenAt ??= index;
    include(operation.writes, state);
    dataset.latest = state;
  }

  /** The state that an operation writes, when it is there already. */
  #written(
    { writes }: IndexedOperation,
    dataset: DatasetHistory,
    version: string | undefined,
  ): number | undefined {
    if (version === undefined) return writes.find((state) => this.states[state]?.dataset === dataset);
    const named = dataset.versions.get(version);
    if (named !== undefined) return named;
    // The start named the dataset alone, and the end names the version that was written.
    const unnamed = writes.find((state) => this.#isUnnamed(state, dataset));
    if (unnamed === undefined) return undefined;
    (this.states[unnamed] as DatasetState).version = version;
    dataset.versions.set(version, unnamed);
    return unnamed;
  }

  #isUnnamed(position: number, dataset: DatasetHistory): boolean {
    const state = this.states[position];
    return state?.dataset === dataset && state.version === undefined;
  }

  #state(dataset: DatasetHistory, version: string | undefined): number {
    const position =
      this.states.push({ dataset, version, writtenAt: undefined, writers: [], readers: [] }) - 1;
    dataset.states.push(position);
    if (version !== undefined) dataset.versions.set(version, position);
    return position;
  }

  #history(namespace: string, name: string): DatasetHistory {
    const key = keyOf(namespace, name);
    let history = this.#histories.get(key);
    if (history === undefined) {
      history = { namespace, name, latest: undefined, outside: undefined, versions: new Map(), states: [] };
      this.#histories.set(key, history);
    }
    return history;
  }

  #interned(action: string): string {
    const known = this.#actions.get(action);
    if (known !== undefined) return known;
    this.#actions.set(action, action);
    return action;
  }
}

function keyOf(namespace: string, name: string): string {
  return JSON.stringify([namespace, name]);
}

function include(list: number[], item: number): void {
  if (!list.includes(item)) list.push(item);
}
