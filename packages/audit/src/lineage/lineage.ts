import type { AuditOutcome } from '../operation/operation.ts';

/** What a question about lineage is asked of: a dataset, in one version or in all of them, or the operation of an entry. */
export type LineageSubject =
  | {
      readonly dataset: {
        readonly namespace: string;
        readonly name: string;
        readonly version?: string | undefined;
      };
    }
  | { readonly entry: number };

/** Options of a question. */
export interface LineageOptions {
  /** How many operations away; each comes with what it read, or wrote. Default: as far as it goes. */
  readonly depth?: number | undefined;
  /**
   * Nodes of the graph; beyond, those that are farthest are left out, and of a dataset that has too many states those that
   * became known first. Default 10,000.
   */
  readonly maxNodes?: number | undefined;
}

/** A state of a dataset: a version by its name, or what one operation wrote where versions have no names. */
export interface DatasetNode {
  readonly kind: 'dataset';
  readonly id: string;
  readonly namespace: string;
  readonly name: string;
  readonly version: string | undefined;
  /** Index of the entry that wrote it first; `undefined` for what came from outside of the journal. */
  readonly writtenAt: number | undefined;
}

/** An operation, both of its entries in one. */
export interface OperationNode {
  readonly kind: 'operation';
  readonly id: string;
  /** Index of its only entry, or of the one of phase `started`. */
  readonly index: number;
  /** Index of the entry of phase `ended`. */
  readonly endIndex: number | undefined;
  readonly action: string;
  /** `undefined` while it runs. */
  readonly outcome: AuditOutcome | undefined;
  /** When it was recorded first: ISO 8601. */
  readonly time: string;
}

export type LineageNode = DatasetNode | OperationNode;

/** Data went from one node to another: read by an operation, or written by it. */
export interface LineageEdge {
  readonly from: string;
  readonly to: string;
}

/** Where data came from, or went to. */
export interface LineageGraph {
  /** Ids of the nodes that were asked about; empty when nothing is known of them. */
  readonly subjects: readonly string[];
  /** Operations by their index, each after the datasets that it read first and before those that it wrote first. */
  readonly nodes: readonly LineageNode[];
  /** In the order of the nodes that they come from, and then go to. */
  readonly edges: readonly LineageEdge[];
  /** Whether there is more than `depth` or `maxNodes` allowed. */
  readonly isTruncated: boolean;
}

/** What is known of where data came from and went to. */
export interface Lineage {
  /** Operations that read or wrote anything. */
  readonly operations: number;
  /** States of datasets. */
  readonly datasets: number;
  /**
   * All that went into a dataset or an operation.
   *
   * @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT` for a malformed subject or option.
   */
  ancestors(subject: LineageSubject, options?: LineageOptions): LineageGraph;
  /** All that was made from a dataset or by an operation. Throws as `ancestors` does. */
  descendants(subject: LineageSubject, options?: LineageOptions): LineageGraph;
  /** Both. Throws as `ancestors` does. */
  related(subject: LineageSubject, options?: LineageOptions): LineageGraph;
}
