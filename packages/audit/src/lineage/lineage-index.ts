import type { AuditEntry } from '../operation/entry.ts';
import type { SpanReference } from '../operation/operation.ts';
import { Adjacency } from './adjacency.ts';
import {
  type DatasetHistory,
  type DatasetState,
  DatasetStates,
  type LatestWrite,
  type OpenRead,
} from './dataset-states.ts';
import { type IndexedOperation, OperationDraft } from './operation-draft.ts';
import { SpanWrites, type Writes } from './span-writes.ts';

/** What a journal says about data, folded into operations and states of datasets. */
export class LineageIndex {
  /** Those that were denied have read and written nothing. */
  readonly operations: IndexedOperation[] = [];
  readonly #states = new DatasetStates();
  /** Positions of operations by the index of each of their entries. */
  readonly #byEntry = new Map<number, number>();
  /** Operations that have started and not ended; most have read and written nothing yet. */
  readonly #open = new Map<number, OperationDraft>();
  /** What operations read that others were writing meanwhile. */
  readonly #openReads: [IndexedOperation, OpenRead][] = [];
  #readers = new Adjacency(0, []);
  #writers = new Adjacency(0, []);
  readonly #bySpan = new SpanWrites((position) => this.#writesOf(position));
  /** What the producers wrote that the entry at hand names, by their positions. */
  readonly #produced = new Map<number, Map<DatasetHistory, LatestWrite>>();
  // One copy of each: there are few, and as many texts as entries otherwise.
  readonly #actions = new Map<string, string>();

  get states(): readonly DatasetState[] {
    return this.#states.all;
  }

  /** Takes an entry in; entries come in the order of the journal. */
  add(entry: AuditEntry): void {
    const draft = this.#draftOf(entry);
    const isDenied = entry.outcome === 'denied';
    if (!isDenied) this.#take(draft, entry);
    if (entry.phase === 'started') this.#open.set(entry.index, draft);
    else if (isDenied) this.#deny(draft);
    else {
      this.#settle(draft);
      if (draft.position !== undefined) this.#byEntry.set(entry.index, draft.position);
    }
  }

  /** Connects states with the operations, once all entries are in. */
  finish(): void {
    for (const draft of this.#open.values()) this.#settle(draft);
    this.#open.clear();
    this.#bySpan.clear();
    this.#produced.clear();
    for (const [{ reads }, read] of this.#openReads) reads.push(this.#states.resolve(read));
    this.#openReads.length = 0;
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

  /** Operations that read or wrote anything. */
  countOperations(): number {
    return this.operations.reduce(
      (sum, { reads, writes }) => (reads.length + writes.length > 0 ? sum + 1 : sum),
      0,
    );
  }

  /** States that were read or written. */
  countStates(): number {
    return this.states.filter((_, state) => this.#isReal(state)).length;
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

  /** Positions of the states of a dataset, in one version or in all of them, the one known first first. */
  statesOf(namespace: string, name: string, version: string | undefined): number[] {
    const dataset = this.#states.find(namespace, name);
    if (dataset === undefined) return [];
    const states = this.#states.of(dataset).filter((state) => this.#isReal(state));
    return version === undefined ? states : states.filter((state) => this.states[state]?.version === version);
  }

  #isReal(state: number): boolean {
    return this.#readers.has(state) || this.#writers.has(state);
  }

  /** The operation of an entry, taken from those that are open when it ends. */
  #draftOf({ index, phase, started, action, outcome, time }: AuditEntry): OperationDraft {
    const open = phase === 'ended' && started !== undefined ? this.#open.get(started) : undefined;
    if (open !== undefined && started !== undefined) {
      this.#open.delete(started);
      open.operation.endIndex = index;
      open.operation.outcome = outcome;
      return open;
    }
    const operation: IndexedOperation = {
      index: phase === 'ended' ? (started ?? index) : index,
      endIndex: phase === 'ended' ? index : undefined,
      action: this.#interned(action),
      outcome,
      time,
      reads: [],
      writes: [],
    };
    return new OperationDraft(operation, this.#states);
  }

  #take(draft: OperationDraft, { index, inputs = [], outputs = [], correlation }: AuditEntry): void {
    if (inputs.length + outputs.length === 0) return;
    this.#produced.clear();
    // What is read was written before, even by an operation that writes the same dataset.
    for (const { namespace, name, version, producedBy } of inputs) {
      const dataset = this.#states.dataset(namespace, name);
      draft.read(dataset, version, this.#producedBy(producedBy, dataset));
    }
    const writes = outputs.map(({ namespace, name, version }) => {
      const dataset = this.#states.dataset(namespace, name);
      return [dataset, draft.write(dataset, version, index)] as const;
    });
    draft.position ??= this.operations.push(draft.operation) - 1;
    this.#byEntry.set(index, draft.position);
    this.#byEntry.set(draft.operation.index, draft.position);
    if (correlation?.spanId !== undefined && outputs.length > 0) {
      this.#bySpan.add(correlation.spanId, draft.position, writes);
    }
  }

  #settle(draft: OperationDraft): void {
    for (const read of draft.settle()) this.#openReads.push([draft.operation, read]);
  }

  /** What was denied has not happened, whatever its start says. */
  #deny(draft: OperationDraft): void {
    draft.deny();
    if (draft.position !== undefined) this.#byEntry.delete(draft.operation.index);
  }

  /** What the operations of a span wrote to a dataset, newest last; nothing where none is known to have. */
  #producedBy(span: SpanReference | undefined, dataset: DatasetHistory): readonly LatestWrite[] {
    const found = span === undefined ? [] : this.#bySpan.of(span.spanId, dataset);
    if (typeof found !== 'number') return found;
    const open = this.#openAt(found);
    let written: LatestWrite | undefined = open?.writeOf(dataset);
    if (open === undefined) {
      const known = this.#produced.get(found) ?? new Map(this.#writesOf(found));
      this.#produced.set(found, known);
      written = known.get(dataset);
    }
    return written === undefined ? [] : [written];
  }

  #writesOf(position: number): Writes {
    const { writes } = this.operations[position] as IndexedOperation;
    return (
      this.#openAt(position)?.writes() ??
      writes.map((state) => [(this.states[state] as DatasetState).dataset, state] as const)
    );
  }

  #openAt(position: number): OperationDraft | undefined {
    return this.#open.get((this.operations[position] as IndexedOperation).index);
  }

  #interned(action: string): string {
    const known = this.#actions.get(action);
    if (known !== undefined) return known;
    this.#actions.set(action, action);
    return action;
  }
}
