import type { AuditEntry, EntryDataset } from '../operation/entry.ts';
import type { AuditOutcome } from '../operation/operation.ts';
import { Adjacency } from './adjacency.ts';

/** A state of a dataset. */
export interface DatasetState {
  readonly dataset: DatasetHistory;
  version: string | undefined;
  /** Index of the entry that wrote it first. */
  writtenAt: number | undefined;
  /** Position of the state of the same dataset that was known before. */
  readonly previous: number | undefined;
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

/** What is known of a dataset. One that was never written, or never has versions, has less to keep. */
export interface DatasetHistory {
  readonly namespace: string;
  readonly name: string;
  /** Position of the state that was written last. */
  latest: number | undefined;
  /** Position of the state that was there before anything was written. */
  outside: number | undefined;
  /** Position of the state that became known last. */
  last: number | undefined;
  versions: Map<string, number> | undefined;
}

/** What a journal says about data, folded into operations and states of datasets. */
export class LineageIndex {
  readonly operations: IndexedOperation[] = [];
  readonly states: DatasetState[] = [];
  /** By namespace and name. */
  readonly #histories = new Map<string, Map<string, DatasetHistory>>();
  /** Positions of operations by the index of each of their entries. */
  readonly #byEntry = new Map<number, number>();
  /** Operations that have started and not ended; most have read and written nothing yet. */
  readonly #open = new Map<number, IndexedOperation>();
  #readers = new Adjacency(0, []);
  #writers = new Adjacency(0, []);
  /** Positions of operations that wrote, by the id of their span. */
  readonly #bySpan = new Map<string, number>();
  // One copy of each action and namespace: there are few, and as many texts as entries otherwise.
  readonly #texts = new Map<string, string>();

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
    const spanId = entry.correlation?.spanId;
    if (spanId !== undefined && operation.writes.length > 0) this.#bySpan.set(spanId, position);
  }

  /** Connects states with the operations, once all entries are in. */
  finish(): void {
    this.#open.clear();
    this.#bySpan.clear();
    const size = this.states.length;
    this.#readers = new Adjacency(
      size,
      this.operations.map(({ reads }) => reads),
    );
    this.#writers = new Adjacency(
      size,
      this.operations.map(({ writes }) => writes),
    );
  }

  /** Positions of the operations that read a state. */
  readersOf(state: number): Uint32Array {
    return this.#readers.of(state);
  }

  /** Positions of the operations that wrote a state. */
  writersOf(state: number): Uint32Array {
    return this.#writers.of(state);
  }

  operationAt(entry: number): number | undefined {
    return this.#byEntry.get(entry);
  }

  historyOf(namespace: string, name: string): DatasetHistory | undefined {
    return this.#histories.get(namespace)?.get(name);
  }

  /** Positions of all states of a dataset, the first one known first. */
  statesOf({ last }: DatasetHistory): number[] {
    const states: number[] = [];
    for (let state = last; state !== undefined; state = this.states[state]?.previous) states.push(state);
    return states.reverse();
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
      include(operation.reads, dataset.versions?.get(version) ?? this.#state(dataset, version));
      return;
    }
    if (operation.reads.some((state) => this.states[state]?.dataset === dataset)) return;
    const bySpan = producedBy && this.#bySpan.get(producedBy.spanId);
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
    const named = dataset.versions?.get(version);
    if (named !== undefined) return named;
    // The start named the dataset alone, and the end names the version that was written.
    const unnamed = writes.find((state) => this.#isUnnamed(state, dataset));
    if (unnamed === undefined) return undefined;
    (this.states[unnamed] as DatasetState).version = version;
    name(dataset, version, unnamed);
    return unnamed;
  }

  #isUnnamed(position: number, dataset: DatasetHistory): boolean {
    const state = this.states[position];
    return state?.dataset === dataset && state.version === undefined;
  }

  #state(dataset: DatasetHistory, version: string | undefined): number {
    const { last: previous } = dataset;
    const position = this.states.push({ dataset, version, writtenAt: undefined, previous }) - 1;
    dataset.last = position;
    if (version !== undefined) name(dataset, version, position);
    return position;
  }

  #history(namespace: string, name: string): DatasetHistory {
    let byName = this.#histories.get(namespace);
    if (byName === undefined) {
      byName = new Map();
      this.#histories.set(namespace, byName);
    }
    let history = byName.get(name);
    if (history === undefined) {
      history = {
        namespace: this.#interned(namespace),
        name,
        latest: undefined,
        outside: undefined,
        last: undefined,
        versions: undefined,
      };
      byName.set(name, history);
    }
    return history;
  }

  #interned(text: string): string {
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    this.#texts.set(text, text);
    return text;
  }
}

function name(dataset: DatasetHistory, version: string, state: number): void {
  dataset.versions ??= new Map();
  dataset.versions.set(version, state);
}

function include(list: number[], item: number): void {
  if (!list.includes(item)) list.push(item);
}
