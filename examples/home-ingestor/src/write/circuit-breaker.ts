/** States of a breaker. */
export type BreakerState = 'closed' | 'open' | 'half-open';

/** Options of a {@link CircuitBreaker}. */
export interface CircuitBreakerOptions {
  /** Failures in a row that open it. */
  readonly failures: number;
  /** Milliseconds for which it stays open; then one attempt may show whether all is well. */
  readonly openMillis: number;
  readonly onChange: (state: BreakerState, reason: string) => void;
  /** Monotonic milliseconds. Default `performance.now`. */
  readonly now?: () => number;
}

/** Keeps a part that fails from being asked again and again. */
export class CircuitBreaker {
  readonly #options: CircuitBreakerOptions;
  readonly #now: () => number;
  #state: BreakerState = 'closed';
  #failures = 0;
  #openUntil = 0;

  constructor(options: CircuitBreakerOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  get state(): BreakerState {
    return this.#state;
  }

  /** Milliseconds that are to be waited before an attempt; 0 for none. */
  get waitMillis(): number {
    return this.#state === 'open' ? Math.max(0, this.#openUntil - this.#now()) : 0;
  }

  /** An attempt begins, after the wait. */
  attempt(): void {
    if (this.#state === 'open') this.#become('half-open', 'one attempt is made');
  }

  succeeded(): void {
    this.#failures = 0;
    if (this.#state !== 'closed') this.#become('closed', 'an attempt went well');
  }

  failed(): void {
    this.#failures++;
    if (this.#state !== 'half-open' && this.#failures < this.#options.failures) return;
    this.#openUntil = this.#now() + this.#options.openMillis;
    if (this.#state !== 'open') this.#become('open', `${this.#failures} failures in a row`);
  }

  #become(state: BreakerState, reason: string): void {
    this.#state = state;
    this.#options.onChange(state, reason);
  }
}
