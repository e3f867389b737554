import type { AuditOutcome } from '../operation/operation.ts';
import type {
  DatasetHistory,
  DatasetState,
  DatasetStates,
  DatasetWrite,
  LatestWrite,
  OpenRead,
} from './dataset-states.ts';

/** An operation, and the positions of the states that it read and wrote. */
export interface IndexedOperation {
  readonly index: number;
  endIndex: number | undefined;
  readonly action: string;
  outcome: AuditOutcome | undefined;
  readonly time: string;
  readonly reads: number[];
  readonly writes: number[];
}

/** What an operation says of a dataset. */
interface Use {
  /** What it reads, where it names no version. */
  read: number | OpenRead | undefined;
  /** Positions of the versions that it reads. */
  versionsRead: Set<number> | undefined;
  write: DatasetWrite | undefined;
  /** Index of the entry that first said so, by the version or `undefined`, what was said last last. */
  versionsWritten: Map<string | undefined, number> | undefined;
}

/**
 * An operation as long as it may say more, or be denied. A version that one of its entries names is what another one meant
 * that named the dataset alone.
 */
export class OperationDraft {
  readonly operation: IndexedOperation;
  /** Of the operation in the index, once it has read or written anything. */
  position: number | undefined;
  readonly #states: DatasetStates;
  readonly #uses = new Map<DatasetHistory, Use>();

  constructor(operation: IndexedOperation, states: DatasetStates) {
    this.operation = operation;
    this.#states = states;
  }

  /** Reads a version; or else the last that is `produced`, or was written by another operation. */
  read(dataset: DatasetHistory, version: string | undefined, produced: readonly LatestWrite[]): void {
    const use = this.#useOf(dataset);
    if (version === undefined) {
      use.read ??= this.#states.read(dataset, produced, use.write);
      return;
    }
    use.versionsRead ??= new Set();
    use.versionsRead.add(this.#states.version(dataset, version));
  }

  /** Writes a version, or a state of its own, as the entry `index` says. Returns what it writes to the dataset. */
  write(dataset: DatasetHistory, version: string | undefined, index: number): DatasetWrite {
    const use = this.#useOf(dataset);
    use.write ??= { before: dataset.latest, state: undefined, isDenied: false };
    dataset.latest = use.write;
    use.versionsWritten ??= new Map();
    const { versionsWritten } = use;
    const writtenAt = versionsWritten.get(version) ?? versionsWritten.get(undefined) ?? index;
    versionsWritten.delete(version);
    versionsWritten.set(version, writtenAt);
    return use.write;
  }

  /** What it writes to a dataset, as far as it has said so. */
  writeOf(dataset: DatasetHistory): DatasetWrite | undefined {
    return this.#uses.get(dataset)?.write;
  }

  /** What it writes to all datasets, as far as it has said so. */
  *writes(): Generator<[DatasetHistory, DatasetWrite]> {
    for (const [dataset, { write }] of this.#uses) if (write !== undefined) yield [dataset, write];
  }

  /** Nothing more will be said: what was said has happened. Returns what it reads that is not known yet. */
  settle(): OpenRead[] {
    const open: OpenRead[] = [];
    for (const [dataset, { read, versionsRead, write, versionsWritten }] of this.#uses) {
      if (versionsRead !== undefined) for (const state of versionsRead) this.operation.reads.push(state);
      else if (typeof read === 'number') this.operation.reads.push(read);
      else if (read !== undefined) open.push(read);
      if (write !== undefined && versionsWritten !== undefined) {
        this.#settleWrite(dataset, write, versionsWritten);
      }
    }
    return open;
  }

  /** Nothing of it has happened: who has read what it was to write, has read what was there before. */
  deny(): void {
    for (const [dataset, { write }] of this.#uses) {
      if (write === undefined) continue;
      write.isDenied = true;
      if (dataset.latest === write) dataset.latest = write.before;
    }
  }

  #settleWrite(
    dataset: DatasetHistory,
    write: DatasetWrite,
    versions: ReadonlyMap<string | undefined, number>,
  ): void {
    let last: number | undefined;
    for (const [version, writtenAt] of versions) {
      if (version === undefined && versions.size > 1) continue;
      last = version === undefined ? this.#states.add(dataset) : this.#states.version(dataset, version);
      this.#addWrite(last, writtenAt);
    }
    write.state = last;
    write.before = undefined;
    if (dataset.latest === write) dataset.latest = last;
  }

  #addWrite(state: number, writtenAt: number): void {
    const known = this.#states.all[state] as DatasetState;
    known.writtenAt = Math.min(known.writtenAt ?? writtenAt, writtenAt);
    this.operation.writes.push(state);
  }

  #useOf(dataset: DatasetHistory): Use {
    let use = this.#uses.get(dataset);
    if (use === undefined) {
      use = {
        read: undefined,
        versionsRead: undefined,
        write: undefined,
        versionsWritten: undefined,
      };
      this.#uses.set(dataset, use);
    }
    return use;
  }
}
