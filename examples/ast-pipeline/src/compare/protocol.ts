/**
 * The rounds that are compared: with `mode: 'disabled'`; with everything on and traces sampled as an operator would;
 * with everything on and every trace kept; and disabled again: what the two disabled ones differ by is noise.
 */
export type Role = 'disabled' | 'sampled' | 'traced' | 'control';

/** What a child process is started with, as JSON in its first argument. */
export interface ChildSetup {
  readonly directory: string;
  readonly output: string;
  readonly concurrency: number;
  readonly limit: number;
  /** Share of the files that are traced in the role `sampled`: 0 to 1. */
  readonly sampling: number;
  /** OTLP/HTTP endpoint. */
  readonly otlp: string;
}

/** What the parent asks for; to end the child it disconnects. */
export interface RoundRequest {
  readonly role: Role;
}

/** What a child says: where `/metrics` is while a round with everything on runs, and what a round has cost. */
export type ChildMessage =
  | { readonly kind: 'metrics'; readonly url: string | undefined }
  | ({ readonly kind: 'round' } & RoundCost);

/** What one round has cost. */
export interface RoundCost {
  readonly files: number;
  /** CPU time of the whole process, user and system, all threads; export included. */
  readonly cpuMillis: number;
  readonly wallMillis: number;
}
