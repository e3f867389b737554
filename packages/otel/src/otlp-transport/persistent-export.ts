import { setTimeout as sleep } from 'node:timers/promises';
import { startTimeout, tell } from '@org/instrument-core';
import { backOffMillis } from './back-off.ts';
import type { Attempt, ExportResponse, Wire } from './wire.ts';

/** What has not been answered by then may be on a connection that is gone: a receiver that is well answers sooner. */
const PROMPT_MILLIS = 2_000;
/** Part of the time that another attempt must have left: what arrives and is cut before its answer counts as not delivered. */
const LEAST_SHARE = 0.1;
/** Shortest pause between attempts, however many flushes there are. */
const MIN_PAUSE_MILLIS = 100;

/**
 * Whether what is not answered over a connection that was kept open may be sent once more over a new one: it arrives
 * twice where the receiver is only slow. `when flushed`: only for somebody who waits for it, since the next export holds
 * the same; `always`: rather than giving it up, too.
 */
export type Repetition = 'never' | 'when flushed' | 'always';

/** What a {@link PersistentExport} is made of. */
export interface PersistentExportOptions {
  readonly wire: Pick<Wire, 'attempt' | 'renew'>;
  /** Longest time for all attempts and pauses; as long again for one that is repeated instead of being given up. */
  readonly timeoutMillis: number;
  readonly repetition: Repetition;
}

/** An attempt on its way. */
interface Flight {
  readonly made: Promise<Attempt>;
  readonly cut: AbortController;
  readonly since: number;
  /** Whether it goes over a connection that has been used before. */
  readonly isKept: boolean;
}

/** A wait before the next attempt. */
interface Pause {
  readonly end: () => void;
  readonly since: number;
  /** The receiver has asked for it. */
  readonly isAsked: boolean;
  isShortened: boolean;
}

/** One export: tries until it is delivered or refused, or until the next attempt would come too late. */
export class PersistentExport {
  readonly #options: PersistentExportOptions;
  readonly #end = new AbortController();
  readonly #flights = new Set<Flight>();
  #endsAt = 0;
  #stopTimer = (): void => {};
  #stopHurrying = (): void => {};
  /** The flight that goes alone, and what begins another beside it. */
  #lone: { readonly flight: Flight; readonly repeat: () => void } | undefined;
  #pause: Pause | undefined;
  #isHurried = false;
  #isRepeated = false;

  constructor(options: PersistentExportOptions) {
    this.#options = options;
    this.#start();
  }

  /** Sends it. Rejects only when the wire does. */
  async send(encode: () => Promise<Uint8Array>): Promise<ExportResponse> {
    try {
      const body = await encode();
      for (let retry = 0; ; retry++) {
        const since = performance.now();
        const { response, retry: when, waitMillis } = await this.#try(body);
        if (when === 'never' || this.#end.signal.aborted) return response;
        const least = this.#leastMillis(performance.now() - since);
        // Once: what is stale is found out by using it, but not every connection can be.
        if (when === 'at once' && retry === 0 && this.#isLeft(least)) continue;
        // While somebody waits, the pauses do not grow.
        const wait = waitMillis ?? backOffMillis(this.#isHurried ? 0 : retry);
        if (!this.#isLeft(wait + least)) return response;
        tell('verbose', `OTLP: trying again in ${Math.round(wait)} ms`);
        await this.#wait(wait, waitMillis !== undefined);
        // Timers are late where the event loop is busy.
        if (this.#end.signal.aborted || !this.#isLeft(least)) return response;
      }
    } finally {
      this.#stopTimer();
    }
  }

  /** Ends it at once, as failed. */
  abort(reason: unknown): void {
    this.#end.abort(reason);
    for (const { cut } of this.#flights) cut.abort(reason);
    this.#pause?.end();
  }

  /**
   * Somebody waits for it. A pause that nobody asked us to make ends; and what is not answered soon over a connection that
   * was kept open goes over a new one, too, as far as it may be repeated.
   */
  hurry(): void {
    this.#isHurried = true;
    if (this.#lone !== undefined) this.#expectPromptness(this.#lone.flight);
    const pause = this.#pause;
    if (pause === undefined || pause.isAsked || pause.isShortened) return;
    pause.isShortened = true;
    this.#hurryIn(pause.since + MIN_PAUSE_MILLIS, pause.end);
  }

  /** Milliseconds that an attempt must have, after one that took so many. */
  #leastMillis(tookMillis: number): number {
    const { timeoutMillis, repetition } = this.#options;
    const share = Math.min(PROMPT_MILLIS, timeoutMillis * LEAST_SHARE);
    // One more may be of no use, but does no harm where it may arrive twice.
    return repetition === 'never' ? Math.max(share, tookMillis) : share;
  }

  #isLeft(millis: number): boolean {
    return millis < this.#endsAt - performance.now();
  }

  #start(): void {
    const { timeoutMillis, repetition } = this.#options;
    this.#endsAt = performance.now() + timeoutMillis;
    this.#stopTimer = startTimeout(timeoutMillis, () => {
      if (repetition === 'always' && this.#repeat()) this.#start();
      else this.abort(new Error(`no answer within ${timeoutMillis} ms`));
    });
  }

  async #try(body: Uint8Array): Promise<Attempt> {
    const first = this.#begin(body);
    const repeated = new Promise<undefined>((resolve) => {
      this.#lone = { flight: first, repeat: () => resolve(undefined) };
    });
    if (this.#isHurried) this.#expectPromptness(first);
    try {
      const made = await Promise.race([first.made, repeated]);
      if (made !== undefined) return made;
    } finally {
      this.#lone = undefined;
      this.#stopHurrying();
    }
    this.#options.wire.renew();
    const second = this.#begin(body);
    try {
      // The one that is taken first; unless the first is, what becomes of the second.
      const ofFirst = first.made.then((made) => (made.response.status === 'success' ? made : second.made));
      return await Promise.race([ofFirst, second.made]);
    } finally {
      for (const { cut } of [first, second]) cut.abort(new Error('it went over another connection'));
    }
  }

  #begin(body: Uint8Array): Flight {
    const cut = new AbortController();
    if (this.#end.signal.aborted) cut.abort(this.#end.signal.reason);
    let isKept = false;
    const made = this.#options.wire.attempt({
      body,
      remainingMillis: Math.max(0, this.#endsAt - performance.now()),
      signal: cut.signal,
      onKept: () => {
        isKept = true;
      },
    });
    const flight: Flight = {
      made: made.finally(() => this.#flights.delete(flight)),
      cut,
      since: performance.now(),
      get isKept() {
        return isKept;
      },
    };
    this.#flights.add(flight);
    return flight;
  }

  #expectPromptness({ since }: Flight): void {
    if (this.#options.repetition === 'never' || this.#isRepeated) return;
    this.#hurryIn(since + PROMPT_MILLIS, () => void this.#repeat());
  }

  #hurryIn(at: number, work: () => void): void {
    this.#stopHurrying();
    this.#stopHurrying = startTimeout(Math.max(0, at - performance.now()), work);
  }

  /** Has it sent over a new connection, too, if it goes alone, over one that was kept open; once. Returns whether it is. */
  #repeat(): boolean {
    if (this.#isRepeated || this.#lone?.flight.isKept !== true) return false;
    this.#isRepeated = true;
    this.#lone.repeat();
    return true;
  }

  async #wait(millis: number, isAsked: boolean): Promise<void> {
    const end = new AbortController();
    this.#pause = { end: () => end.abort(), since: performance.now(), isAsked, isShortened: false };
    await sleep(millis, undefined, { ref: false, signal: end.signal }).catch(() => {});
    this.#pause = undefined;
    this.#stopHurrying();
  }
}
