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
  /** Files of a turn: the first ones of the directory, again and again if it has fewer. */
  readonly limit: number;
  /** Share of the files that are traced in the role `sampled`: 0 to 1. */
  readonly sampling: number;
  /** OTLP/HTTP endpoint. */
  readonly otlp: string;
  /** Milliseconds between two pushes of metrics. */
  readonly intervalMillis: number;
}

/** What the parent asks for; to end the child it disconnects. */
export interface TurnRequest {
  /** What is left is to be sent off. */
  readonly isLast: boolean;
}

/** What a measured process says: that it is ready and where its `/metrics` is, and what a turn has cost. */
export type ChildMessage =
  | { readonly kind: 'ready'; readonly url: string | undefined }
  | { readonly kind: 'cost'; readonly cost: TurnCost };

/** What the files of a turn, or of several, have cost. */
export interface TurnCost {
  readonly files: number;
  /**
   * CPU time of the whole process since the turn before, user and system, all threads, those of V8's garbage collector
   * too; exports included, also those while it was the turn of others.
   */
  readonly cpuMillis: number;
  /** Time that the turn itself took. */
  readonly wallMillis: number;
}
