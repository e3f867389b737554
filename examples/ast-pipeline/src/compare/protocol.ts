/**
 * What a process is measured with: `mode: 'disabled'`; everything on and traces sampled as an operator would; everything
 * on and every trace kept; and disabled again: what the two disabled ones differ by is noise.
 */
export type Role = 'disabled' | 'sampled' | 'traced' | 'control';

/** What a measured process is started with, as JSON in its first argument. */
export interface ChildSetup {
  readonly role: Role;
  readonly directory: string;
  readonly output: string;
  readonly concurrency: number;
  /** Files that are gone through before anything is measured, for the compiler and the heap to settle. */
  readonly warmUp: number;
  /** Files that are measured: the first ones of the directory, again and again if it has fewer. */
  readonly limit: number;
  /** Share of the files that are traced in the role `sampled`: 0 to 1. */
  readonly sampling: number;
  /** OTLP/HTTP endpoint. */
  readonly otlp: string;
}

/** What a measured process says: where its `/metrics` is, and what its files have cost. */
export type ChildMessage =
  | { readonly kind: 'metrics'; readonly url: string | undefined }
  | { readonly kind: 'cost'; readonly cost: ProcessCost };

/** What the files that were measured have cost. */
export interface ProcessCost {
  readonly files: number;
  /** CPU time of the whole process, user and system, all threads, those of V8's garbage collector too; export included. */
  readonly cpuMillis: number;
  readonly wallMillis: number;
}
