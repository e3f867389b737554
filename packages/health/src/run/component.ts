import { context, ROOT_CONTEXT, type SpanContext, trace } from '@opentelemetry/api';
import type { ResolvedCheck } from '../registration/resolve-options.ts';
import type { HistoryEntry, RecoveryOutcome } from '../report.ts';
import type { TimerWheel } from '../schedule/timer-wheel.ts';
import type { Status } from '../status.ts';
import { FlapDetector } from './flap-detector.ts';
import type { RunResult } from './outcome.ts';
import { Recovery } from './recovery.ts';
import { Runner } from './runner.ts';
import { SettledStatus } from './settled-status.ts';

/** Results kept per check. */
const HISTORY_LENGTH = 20;

/** Who is told what a component does. */
export interface ComponentObserver {
  /** A run has ended; the component has taken it in. */
  completed(component: Component, run: CompletedRun): void;
  /** A run was stopped from outside: there is no result. */
  stopped(component: Component): void;
  /** A run that was abandoned has not ended in spite of its signal. */
  abandoned(component: Component): void;
  /** Something else of what is reported has changed: an abandoned run has ended, an attempt has begun. */
  changed(): void;
  /** An attempt to bring the component back has ended. */
  recoveryAttempted(component: Component, attempt: number, outcome: RecoveryOutcome, error?: string): void;
}

/** One run, as it ended. */
export interface CompletedRun extends RunResult {
  /** `undefined` for one that was not begun. */
  readonly durationMillis: number | undefined;
  /** Flapping began with it. */
  readonly beginsFlapping: boolean;
  /** Span that was active where the run was asked for. */
  readonly span: SpanContext | undefined;
}

/** A registered check and what it has found so far. */
export class Component {
  readonly definition: ResolvedCheck;
  readonly #observer: ComponentObserver;
  readonly #runner: Runner;
  readonly #settled: SettledStatus;
  readonly #flaps = new FlapDetector();
  readonly #recovery: Recovery | undefined;
  #latest: RunResult | undefined;
  #history: readonly HistoryEntry[] = [];
  #running: Promise<void> | undefined;
  #isStarting = false;
  #isGone = false;
  checkedAtMillis: number | undefined;
  lastSuccessMillis: number | undefined;
  durationMillis: number | undefined;
  consecutiveFailures = 0;
  /** Whether a result was ever healthy or degraded: what the startup probe waits for. */
  hasStarted = false;
  /** Span of the latest run. */
  span: SpanContext | undefined;
  /** Monotonic time of the latest result. */
  #checkedAt = Number.NEGATIVE_INFINITY;

  constructor(definition: ResolvedCheck, wheel: TimerWheel, observer: ComponentObserver) {
    const { name, check, timeoutMillis, failureThreshold, successThreshold, recovery } = definition;
    this.definition = definition;
    this.#observer = observer;
    this.#settled = new SettledStatus({ failure: failureThreshold, success: successThreshold });
    const changed = (): void => observer.changed();
    const ignored = (): void => observer.abandoned(this);
    this.#runner = new Runner({ name, check, timeoutMillis, wheel, ignored, changed });
    this.#recovery =
      recovery && new Recovery(recovery, wheel, { name, begun: changed, attempted: this.#attempted });
  }

  /** Status by its own results alone, after thresholds and damping. */
  get ownStatus(): Status {
    const { status } = this.#settled;
    return this.isFlapping && status === 'healthy' ? 'degraded' : status;
  }

  get isFlapping(): boolean {
    return this.#flaps.isFlapping;
  }

  get latest(): RunResult | undefined {
    return this.#latest;
  }

  get history(): readonly HistoryEntry[] {
    return this.#history;
  }

  get abandonedRuns(): number {
    return this.#runner.abandoned;
  }

  get recovery(): Recovery['report'] {
    return this.#recovery?.report;
  }

  /** Age of the latest result in milliseconds, infinite before the first. */
  ageMillis(now: number): number {
    return now - this.#checkedAt;
  }

  /** Monotonic time from which on a caller has to be given a new result. */
  get dueAt(): number {
    return this.#checkedAt + this.definition.cacheTtlMillis;
  }

  /** Whether a background run is to be soon. */
  get isDown(): boolean {
    return this.ownStatus !== 'healthy' || (this.#latest !== undefined && this.#latest.status !== 'healthy');
  }

  /** Runs the check, or joins the run under way. Never rejects. `undefined`: there is nothing to wait for. */
  run(): Promise<void> | undefined {
    // A check that asks for the health it is a part of does not begin itself.
    if (this.#running !== undefined || this.#isStarting) return this.#running;
    const span = trace.getSpanContext(context.active());
    const startedAt = performance.now();
    this.#isStarting = true;
    const outcome = this.#runner.run();
    this.#isStarting = false;
    if (!(outcome instanceof Promise)) {
      // What was not begun took no time at all, and must not look as though it were fast.
      const durationMillis = outcome.failure === 'pending' ? undefined : performance.now() - startedAt;
      this.#complete(outcome, durationMillis, span);
      return undefined;
    }
    this.#running = outcome.then((result) => {
      this.#running = undefined;
      if (result === undefined) this.#observer.stopped(this);
      else this.#complete(result, performance.now() - startedAt, span);
    });
    return this.#running;
  }

  /** Stops what is under way, a run and what is tried to bring it back; the component lives on. */
  abort(): void {
    this.#recovery?.abort('health checks were stopped');
    this.#runner.abort('health checks were stopped');
  }

  /** Ends everything: the component is taken out. */
  close(): void {
    this.#isGone = true;
    this.#recovery?.abort('the check was unregistered');
    this.#runner.abort('the check was unregistered');
  }

  #complete(result: RunResult, durationMillis: number | undefined, span: SpanContext | undefined): void {
    if (this.#isGone) return;
    const timestampMillis = Date.now();
    const { status, reason } = result;
    this.#latest = result;
    this.#checkedAt = performance.now();
    this.checkedAtMillis = timestampMillis;
    this.durationMillis = durationMillis;
    this.span = span;
    if (status === 'healthy') this.lastSuccessMillis = timestampMillis;
    if (status !== 'unhealthy') this.hasStarted = true;
    this.consecutiveFailures = status === 'unhealthy' ? this.consecutiveFailures + 1 : 0;
    // A new list each time: reports that hold the old one stay as they are.
    this.#history = [
      ...this.#history.slice(1 - HISTORY_LENGTH),
      { timestampMillis, status, durationMillis, reason },
    ];
    const beginsFlapping = this.#flaps.observe(status);
    this.#settled.observe(status, !this.#flaps.isFlapping);
    this.#recovery?.observe(this.#settled.status, status);
    this.#observer.completed(this, { ...result, durationMillis, beginsFlapping, span });
  }

  readonly #attempted = (attempt: number, outcome: RecoveryOutcome, error: string | undefined): void => {
    this.#observer.recoveryAttempted(this, attempt, outcome, error);
    void this.#runAfresh();
  };

  /** Whether an attempt has helped is seen at once, by a run that has begun after it. */
  async #runAfresh(): Promise<void> {
    await this.#running;
    if (!this.#isGone) context.with(ROOT_CONTEXT, () => void this.run());
  }
}
