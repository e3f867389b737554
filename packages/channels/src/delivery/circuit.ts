import type { CircuitState } from '@org/instrument-core';

/** How much longer than the first a pause can become. */
const MAX_PAUSE_FACTOR = 10;

/** Leaves a channel alone that fails again and again, and then tries it with one delivery. */
export class Circuit {
  readonly #failures: number;
  readonly #pauseMillis: number;
  readonly #onChange: (from: CircuitState, to: CircuitState) => void;
  #state: CircuitState = 'closed';
  #inARow = 0;
  #nextPauseMillis: number;
  #openUntilMillis = 0;

  constructor(
    { failures, pauseMillis }: { readonly failures: number; readonly pauseMillis: number },
    onChange: (from: CircuitState, to: CircuitState) => void,
  ) {
    this.#failures = failures;
    this.#pauseMillis = pauseMillis;
    this.#nextPauseMillis = pauseMillis;
    this.#onChange = onChange;
  }

  get state(): CircuitState {
    return this.#state;
  }

  /** When the next delivery may begin: monotonic time. */
  get readyAtMillis(): number {
    return this.#state === 'open' ? this.#openUntilMillis : Number.NEGATIVE_INFINITY;
  }

  /** A delivery begins: after the pause, the one that is the trial. */
  begin(): void {
    if (this.#state === 'open') this.#change('half-open');
  }

  /** The receiver has answered, be it that it does not want this one. */
  succeeded(): void {
    this.#inARow = 0;
    this.#nextPauseMillis = this.#pauseMillis;
    this.#change('closed');
  }

  /** A delivery has failed. `isAsked`: the receiver works, and asked for a pause; as an answer to the trial that will do. */
  failed(nowMillis: number, isAsked: boolean): void {
    if (isAsked) {
      if (this.#state === 'half-open') this.succeeded();
      return;
    }
    if (this.#state === 'closed' && ++this.#inARow < this.#failures) return;
    this.#openUntilMillis = nowMillis + this.#nextPauseMillis;
    this.#nextPauseMillis = Math.min(this.#nextPauseMillis * 2, this.#pauseMillis * MAX_PAUSE_FACTOR);
    this.#change('open');
  }

  #change(to: CircuitState): void {
    const from = this.#state;
    if (from === to) return;
    this.#state = to;
    this.#onChange(from, to);
  }
}
