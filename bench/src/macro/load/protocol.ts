/** What the parent asks for, in this order and again. */
export type LoadRequest =
  | { readonly kind: 'load'; readonly url: string; readonly connections: number }
  | { readonly kind: 'measure' }
  | { readonly kind: 'stop' };

/** What the load has seen between `measure` and `stop`. */
export interface LoadResult {
  readonly requests: number;
  readonly seconds: number;
  readonly p50Millis: number;
  readonly p99Millis: number;
  /** Answers other than 2xx, and connections that broke. */
  readonly failures: number;
  /** CPU time of the load itself per second: near 1 it is the load that is measured. */
  readonly cpuShare: number;
}
