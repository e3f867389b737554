import { InstrumentError, MAX_TIMER_MILLIS, monotonicMillis, reportFault } from '@org/instrument-core';

/** Renewals within one lease: two may fail before it runs out. */
const RENEWALS = 3;

/** How a lease is kept. */
export interface LeaseOptions {
  readonly key: string;
  readonly durationMillis: number;
  /** Monotonic time when it was asked for: it began no earlier by the clock of the database. */
  readonly askedMillis: number;
  /** Whether it is renewed by itself. */
  readonly heartbeat: boolean;
  /** Asks the database for the full duration from now; throws when the lease is lost, or the database does not answer. */
  renew(): Promise<void>;
}

/** The lease of a claim in this process: renews it in time, and aborts a signal once it is not certain any more. */
export class Lease {
  readonly #options: LeaseOptions;
  readonly #controller: AbortController = new AbortController();
  #deadlineMillis: number;
  #timer: NodeJS.Timeout | undefined;
  #renewal: Promise<void> | undefined;
  #hasEnded = false;

  constructor(options: LeaseOptions) {
    this.#options = options;
    this.#deadlineMillis = options.askedMillis + options.durationMillis;
    this.#schedule(this.#intervalMillis);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Renews it; those who ask at the same time share one renewal. */
  renew(): Promise<void> {
    this.#renewal ??= this.#renewOnce().finally(() => {
      this.#renewal = undefined;
    });
    return this.#renewal;
  }

  /** The claim has ended as it should: nothing is renewed, and the signal stays as it is. */
  end(): void {
    this.#hasEnded = true;
    clearTimeout(this.#timer);
  }

  /** The claim is not this process's any more. */
  lose(reason: Error): void {
    if (this.#hasEnded) return;
    this.end();
    this.#controller.abort(reason);
  }

  get #intervalMillis(): number {
    const { durationMillis, heartbeat } = this.#options;
    return heartbeat ? durationMillis / RENEWALS : durationMillis;
  }

  async #renewOnce(): Promise<void> {
    const askedMillis = monotonicMillis();
    await this.#options.renew();
    this.#deadlineMillis = askedMillis + this.#options.durationMillis;
    this.#schedule(this.#intervalMillis);
  }

  #schedule(delayMillis: number): void {
    clearTimeout(this.#timer);
    if (this.#hasEnded) return;
    const untilDeadline = this.#deadlineMillis - monotonicMillis();
    const delay = Math.max(0, Math.min(delayMillis, untilDeadline, MAX_TIMER_MILLIS));
    // A process that has nothing else to do may end: its inputs become claimable.
    this.#timer = setTimeout(() => this.#tick(), delay).unref();
  }

  #tick(): void {
    const isOver = monotonicMillis() >= this.#deadlineMillis;
    if (isOver && (!this.#options.heartbeat || this.#renewal !== undefined)) {
      this.#runOut();
    } else if (!this.#options.heartbeat || this.#renewal !== undefined) {
      this.#schedule(Number.POSITIVE_INFINITY);
    } else {
      // Over or not: a process that was stopped for a while may find that nobody has taken the input meanwhile.
      const renewal = this.renew();
      if (!isOver) this.#schedule(Number.POSITIVE_INFINITY);
      renewal.catch((error: unknown) => this.#failed(error));
    }
  }

  #failed(error: unknown): void {
    if (this.#hasEnded) return;
    reportFault('audit', 'renewing a lease of the ledger', error);
    if (monotonicMillis() >= this.#deadlineMillis) this.#runOut(error);
    else this.#schedule(this.#intervalMillis / RENEWALS);
  }

  #runOut(cause?: unknown): void {
    const { key, durationMillis, heartbeat } = this.#options;
    const found = heartbeat ? 'a lease that could not be renewed in time' : 'a lease that was not renewed';
    const problem = { path: key, found, expected: `a renewal within ${durationMillis} ms` };
    this.lose(new InstrumentError('INSTRUMENT_AUDIT_REFUSED', 'The lease has run out', [problem], cause));
  }
}
