/** A state of a dataset. */
export interface DatasetState {
  readonly dataset: DatasetHistory;
  readonly version: string | undefined;
  /** Index of the entry that wrote it first. */
  writtenAt: number | undefined;
  /** Position of the state of the same dataset that was known before. */
  readonly previous: number | undefined;
}

/** What an operation writes to a dataset: nothing, should it be denied. */
export interface DatasetWrite {
  /** What had been written last before; forgotten once the write is settled. */
  before: LatestWrite | undefined;
  /** Position of the state that was written in the end; `undefined` while the operation goes on, and where it was denied. */
  state: number | undefined;
  isDenied: boolean;
}

/** What was written last to a dataset: the position of a state, or what an operation writes that has not ended. */
export type LatestWrite = number | DatasetWrite;

/** A read of what an operation was writing meanwhile: of that, or, should it be denied, of what comes next. */
export interface OpenRead {
  readonly dataset: DatasetHistory;
  /** What was written by the span that is named as the producer, newest last; none of it where no span is. */
  readonly produced: readonly LatestWrite[];
  /** What had been written last by anybody. */
  readonly latest: LatestWrite | undefined;
  /** What the reader itself writes, and what was there before: nobody reads what he writes. */
  readonly own: DatasetWrite | undefined;
  readonly ownBefore: LatestWrite | undefined;
}

/** What is known of a dataset. One that was never written, or never has versions, has less to keep. */
export interface DatasetHistory {
  readonly namespace: string;
  readonly name: string;
  latest: LatestWrite | undefined;
  /** Position of the state that was there before anything was written. */
  outside: number | undefined;
  /** Position of the state that became known last. */
  last: number | undefined;
  versions: Map<string, number> | undefined;
}

interface Namespace {
  readonly namespace: string;
  readonly histories: Map<string, DatasetHistory>;
}

/** All states of all datasets. One that nothing turns out to have read or written has never been. */
export class DatasetStates {
  readonly all: DatasetState[] = [];
  readonly #namespaces = new Map<string, Namespace>();

  find(namespace: string, name: string): DatasetHistory | undefined {
    return this.#namespaces.get(namespace)?.histories.get(name);
  }

  /** The dataset of this name, which need not be known yet. */
  dataset(namespace: string, name: string): DatasetHistory {
    let known = this.#namespaces.get(namespace);
    if (known === undefined) {
      known = { namespace, histories: new Map() };
      this.#namespaces.set(namespace, known);
    }
    let history = known.histories.get(name);
    if (history === undefined) {
      history = {
        // One copy of it: there are few, and as many texts as entries otherwise.
        namespace: known.namespace,
        name,
        latest: undefined,
        outside: undefined,
        last: undefined,
        versions: undefined,
      };
      known.histories.set(name, history);
    }
    return history;
  }

  /** Position of a state that has no name. */
  add(dataset: DatasetHistory): number {
    return this.#add(dataset, undefined);
  }

  /** Position of the state that is this version. */
  version(dataset: DatasetHistory, version: string): number {
    dataset.versions ??= new Map();
    let state = dataset.versions.get(version);
    if (state === undefined) {
      state = this.#add(dataset, version);
      dataset.versions.set(version, state);
    }
    return state;
  }

  /**
   * What is read of a dataset by somebody who writes `own`: the last of what its producer wrote, or else what was written
   * last. The position of a state, if it is known yet.
   */
  read(
    dataset: DatasetHistory,
    produced: readonly LatestWrite[],
    own: DatasetWrite | undefined,
  ): number | OpenRead {
    const read = { dataset, produced, latest: dataset.latest, own, ownBefore: own?.before };
    const found = find(read);
    if (typeof found === 'number') return found;
    return found === undefined ? this.#outside(dataset) : read;
  }

  /** Position of the state that was read, once all writes are settled or denied. */
  resolve(read: OpenRead): number {
    const found = find(read);
    return typeof found === 'number' ? found : this.#outside(read.dataset);
  }

  /** Positions of all states of a dataset, the one known first first. */
  of({ last }: DatasetHistory): number[] {
    const states: number[] = [];
    for (let state = last; state !== undefined; state = this.all[state]?.previous) states.push(state);
    return states.reverse();
  }

  #outside(dataset: DatasetHistory): number {
    dataset.outside ??= this.add(dataset);
    return dataset.outside;
  }

  #add(dataset: DatasetHistory, version: string | undefined): number {
    const { last: previous } = dataset;
    const position = this.all.push({ dataset, version, writtenAt: undefined, previous }) - 1;
    dataset.last = position;
    return position;
  }
}

/** The last write that was neither denied nor made by the reader: the position of its state, once that is known. */
function find({ produced, latest, own, ownBefore }: OpenRead): LatestWrite | undefined {
  let last = produced.findLast((write) => typeof write === 'number' || !(write === own || write.isDenied));
  last ??= latest;
  while (typeof last === 'object') {
    if (last === own) last = ownBefore;
    else if (last.isDenied) last = skipDenied(last);
    else return last.state ?? last;
  }
  return last;
}

/** What was there before a write that was denied. Many may have been, one after the other: the way gets shorter each time. */
function skipDenied(write: DatasetWrite): LatestWrite | undefined {
  const { before } = write;
  if (typeof before === 'object' && before.isDenied) write.before = before.before;
  return before;
}
