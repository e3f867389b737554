import { reasonOf } from '@org/instrument-core';
import type { RecoveryOutcome, RecoveryReport } from '../report.ts';
import type { TimerWheel } from '../schedule/timer-wheel.ts';
import type { ResultStatus, Status } from '../status.ts';
import { keptReason } from './kept-text.ts';

/** Share by which a wait varies, so that instances do not repair the same thing in step. */
const JITTER = 0.2;

/** How a component is brought back, defaults filled in. */
export interface RecoverySettings {
  readonly action: (context: { readonly name: string; readonly signal: AbortSignal }) => unknown;
  readonly initialDelayMillis: number;
  readonly maxDelayMillis: number;
  readonly timeoutMillis: number;
  readonly maxAttempts: number;
}

/** What a recovery tells its component. */
export interface RecoveryObserver {
  readonly name: string;
  /** An attempt has begun. */
  begun(): void;
  /** An attempt has ended. */
  attempted(attempt: number, outcome: RecoveryOutcome, error: string | undefined): void;
}

/**
 * Tries to bring a component back while it is unhealthy, with exponential back-off. One attempt at a time: while an
 * action that ignored its signal goes on, no other begins.
 */
export class Recovery {
  readonly #settings: RecoverySettings;
  readonly #wheel: TimerWheel;
  readonly #observer: RecoveryObserver;
  #attempts = 0;
  #last: Omit<RecoveryReport, 'attempts'> | undefined;
  #isOver = true;
  #isRunning = false;
  #cancel: (() => void) | undefined;
  #controller: AbortController | undefined;
  /** Ends the attempt under way without a word about it. */
  #silence: (() => void) | undefined;

  constructor(settings: RecoverySettings, wheel: TimerWheel, observer: RecoveryObserver) {
    this.#settings = settings;
    this.#wheel = wheel;
    this.#observer = observer;
  }

  get report(): RecoveryReport | undefined {
    if (this.#last === undefined && this.#attempts === 0) return undefined;
    const none = { lastOutcome: undefined, lastError: undefined, lastTimestampMillis: undefined };
    return { attempts: this.#attempts, ...(this.#last ?? none) };
  }

  /**
   * Takes the component's status in, and its latest result. An attempt is planned after an unhealthy result only, so
   * that what the attempt before has done is seen first.
   */
  observe(status: Status, result: ResultStatus): void {
    if (status !== 'unhealthy') {
      this.#isOver = true;
      this.#unplan();
    } else if (result === 'unhealthy') this.#plan();
    else this.#unplan();
  }

  /** No attempt is begun until the next result, and an action under way is told to stop. */
  abort(reason: string): void {
    this.#unplan();
    this.#silence?.();
    this.#controller?.abort(new Error(reason));
  }

  #unplan(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #plan(): void {
    if (this.#isOver) {
      this.#isOver = false;
      this.#attempts = 0;
    }
    const { initialDelayMillis, maxDelayMillis, maxAttempts } = this.#settings;
    if (this.#cancel !== undefined || this.#isRunning || this.#attempts >= maxAttempts) return;
    const delay = initialDelayMillis * 2 ** Math.min(this.#attempts, 30);
    const varied = Math.min(delay, maxDelayMillis) * (1 + JITTER * (Math.random() * 2 - 1));
    this.#cancel = this.#wheel.after(Math.min(varied, maxDelayMillis), () => this.#attempt());
  }

  #attempt(): void {
    this.#cancel = undefined;
    this.#isRunning = true;
    const attempt = ++this.#attempts;
    this.#observer.begun();
    const controller = new AbortController();
    this.#controller = controller;
    let isOver = false;
    const silence = (): boolean => {
      if (isOver) return false;
      isOver = true;
      cancelTimeout();
      this.#silence = undefined;
      return true;
    };
    const over = (outcome: RecoveryOutcome, error?: string): void => {
      if (!silence()) return;
      this.#last = { lastOutcome: outcome, lastError: error, lastTimestampMillis: Date.now() };
      this.#observer.attempted(attempt, outcome, error);
    };
    const cancelTimeout = this.#wheel.timeout(this.#settings.timeoutMillis, () => {
      const message = `did not end within ${this.#settings.timeoutMillis} ms`;
      controller.abort(new DOMException(message, 'TimeoutError'));
      over('timeout', message);
    });
    this.#silence = silence;
    const ended = (outcome: RecoveryOutcome, error?: string): void => {
      this.#isRunning = false;
      over(outcome, error);
    };
    run(() => this.#settings.action({ name: this.#observer.name, signal: controller.signal })).then(
      () => ended('succeeded'),
      (error: unknown) => ended('failed', keptReason(reasonOf(error))),
    );
  }
}

async function run(action: () => unknown): Promise<unknown> {
  return action();
}
