import { setTimeout as sleep } from 'node:timers/promises';
import { startTimeout, tell } from '@org/instrument-core';
import { backOffMillis } from './back-off.ts';
import type { Attempt, ExportResponse, Wire } from './wire.ts';

/** What has not been answered by then may be on a connection that is gone: a receiver that is well answers sooner. */
const PROMPT_MILLIS = 2_000;
/** Shortest pause between attempts, however many flushes there are. */
const MIN_PAUSE_MILLIS = 100;

/**
 * Whether what was not answered over a connection that was kept open may be sent once more over a new one: it arrives
 * twice where the receiver was only slow. `when flushed`: only for somebody who waits for it, since the next export holds
 * the same; `always`: rather than giving it up, too.
 */
export type Repetition = 'never' | 'when flushed' | 'always';

/** What a {@link PersistentExport} is made of. */
export interface PersistentExportOptions {
  readonly wire: Pick<Wire, 'attempt' | 'disconnect'>;
  /** Longest time for all attempts and pauses; as long again for one that is repeated instead of being given up. */
  readonly timeoutMillis: number;
  readonly repetition: Repetition;
}

/** One export: tries until it is delivered or refused, or until the next attempt would come too late. */
export class PersistentExport {
  readonly #options: PersistentExportOptions;
  readonly #end = new AbortController();
  #endsAt = 0;
  #stopTimer = (): void => {};
  #attempt: { readonly cut: AbortController; readonly since: number; isKept: boolean } | undefined;
  #pause: { readonly end: AbortController; readonly since: number; readonly isAsked: boolean } | undefined;
  #stopHurrying = (): void => {};
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
        const { response, retry: when, waitMillis, isCut } = await this.#try(body);
        if (response.status === 'success' || this.#end.signal.aborted) return response;
        if (isCut) {
          this.#options.wire.disconnect();
          continue;
        }
        if (when === 'never') return response;
        // Once: what is stale is found out by using it, but not every connection can be.
        if (when === 'at once' && retry === 0) continue;
        const wait = waitMillis ?? backOffMillis(retry);
        if (wait >= this.#endsAt - performance.now()) return response;
        tell('verbose', `OTLP: trying again in ${Math.round(wait)} ms`);
        await this.#wait(wait, waitMillis !== undefined);
        if (this.#end.signal.aborted) return response;
      }
    } finally {
      this.#stopTimer();
    }
  }

  /** Ends it at once, as failed. */
  abort(reason: unknown): void {
    this.#end.abort(reason);
    this.#attempt?.cut.abort(reason);
    this.#pause?.end.abort();
  }

  /**
   * Somebody waits for it. A pause that nobody asked us to make ends; and what is not answered soon over a connection that
   * was kept open goes over a new one, as far as it may be repeated.
   */
  hurry(): void {
    this.#isHurried = true;
    if (this.#attempt !== undefined) this.#expectPromptness(this.#attempt.since);
    const pause = this.#pause;
    if (pause === undefined || pause.isAsked || performance.now() - pause.since < MIN_PAUSE_MILLIS) return;
    // gRPC pauses, too, before it connects again.
    this.#options.wire.disconnect();
    pause.end.abort();
  }

  #start(): void {
    const { timeoutMillis } = this.#options;
    this.#endsAt = performance.now() + timeoutMillis;
    this.#stopTimer = startTimeout(timeoutMillis, () => {
      if (this.#options.repetition === 'always' && this.#repeat()) this.#start();
      else this.abort(new Error(`no answer within ${timeoutMillis} ms`));
    });
  }

  #expectPromptness(since: number): void {
    if (this.#options.repetition === 'never' || this.#isRepeated) return;
    this.#stopHurrying();
    const wait = Math.max(0, since + PROMPT_MILLIS - performance.now());
    this.#stopHurrying = startTimeout(wait, () => void this.#repeat());
  }

  /** Takes the attempt off a connection that was kept open, once. Returns whether it did. */
  #repeat(): boolean {
    if (this.#isRepeated || this.#attempt?.isKept !== true) return false;
    this.#isRepeated = true;
    this.#attempt.cut.abort(new Error('no answer over a connection that was kept open'));
    return true;
  }

  async #try(body: Uint8Array): Promise<Attempt & { readonly isCut: boolean }> {
    const cut = new AbortController();
    if (this.#end.signal.aborted) cut.abort(this.#end.signal.reason);
    const attempt = { cut, since: performance.now(), isKept: false };
    this.#attempt = attempt;
    if (this.#isHurried) this.#expectPromptness(attempt.since);
    try {
      const made = await this.#options.wire.attempt({
        body,
        remainingMillis: Math.max(0, this.#endsAt - performance.now()),
        signal: cut.signal,
        onKept: () => {
          attempt.isKept = true;
        },
      });
      return { ...made, isCut: cut.signal.aborted };
    } finally {
      this.#attempt = undefined;
      this.#stopHurrying();
    }
  }

  async #wait(millis: number, isAsked: boolean): Promise<void> {
    const end = new AbortController();
    this.#pause = { end, since: performance.now(), isAsked };
    await sleep(millis, undefined, { ref: false, signal: end.signal }).catch(() => {});
    this.#pause = undefined;
  }
}
