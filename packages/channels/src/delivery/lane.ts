import { AsyncResource } from 'node:async_hooks';
import type { Channel } from '../channel.ts';
import type { ChannelStatus } from '../channels.ts';
import type { Notification } from '../notification.ts';
import type { Entry } from '../outbox/entry.ts';
import type { Journal } from '../outbox/journal.ts';
import type { OutboxReader } from '../outbox/outbox.ts';
import { type Attempt, beginAttempt, type Outcome, type Taken } from './attempt.ts';
import { Backlog } from './backlog.ts';
import { Circuit } from './circuit.ts';
import type { Clock } from './clock.ts';
import { type FailedAlike, pauseMillisOf } from './failed-alike.ts';
import { areOfReceiver, type Failure, isOfAll } from './failure.ts';
import type { LaneReport } from './lane-report.ts';
import { Milestones } from './milestones.ts';
import type { Policy } from './policy.ts';
import { RateLimiter } from './rate-limit.ts';
import { take } from './take.ts';

/** What a lane is given. */
export interface LaneOptions {
  readonly channel: Channel;
  readonly policy: Policy;
  readonly clock: Clock;
  readonly random: () => number;
  readonly report: LaneReport;
}

/**
 * The way to one channel: what waits, and one delivery at a time. Timers do not keep the process alive; a delivery that is under way
 * does, for as long as it may take.
 */
export class Lane implements OutboxReader {
  readonly name: string;
  readonly #channel: Channel;
  readonly #policy: Policy;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #report: LaneReport;
  readonly #backlog: Backlog;
  readonly #rate: RateLimiter | undefined;
  readonly #circuit: Circuit | undefined;
  readonly #milestones = new Milestones();
  readonly #scope = new AsyncResource('InstrumentChannel');
  #attempt: Attempt | undefined;
  /** Calls of `deliver` that have not ended, those that were given up included. */
  #unsettled = 0;
  /** The receiver asked to be left alone until then. */
  #pausedUntilMillis = Number.NEGATIVE_INFINITY;
  #isWakeDue = false;
  #cancelTimer: () => void = () => {};
  /** When closing is over; what can only be delivered later is not waited for. */
  #closeAtMillis = Number.POSITIVE_INFINITY;
  #isStopped = false;

  constructor({ channel, policy, clock, random, report }: LaneOptions) {
    this.name = channel.name;
    this.#channel = channel;
    this.#policy = policy;
    this.#clock = clock;
    this.#random = random;
    this.#report = report;
    this.#backlog = new Backlog({ policy, clock, report, onSettled: () => this.#passMilestones() });
    this.#rate = policy.rateLimit && new RateLimiter(policy.rateLimit);
    this.#circuit =
      policy.circuit &&
      new Circuit(policy.circuit, (from, to) => report.circuitChanged(from, to, this.#backlog.size));
  }

  get status(): ChannelStatus {
    return {
      name: this.name,
      circuit: this.#circuit?.state ?? 'closed',
      waiting: this.#backlog.size,
      oldestMillis: this.#backlog.oldest()?.timestampMillis,
      ...this.#report.counts,
    };
  }

  /** How long the one that came first has waited; 0 when none does. */
  get oldestAgeMillis(): number {
    const oldest = this.#backlog.oldest();
    return oldest === undefined ? 0 : this.#clock.monotonicMillis() - oldest.waitsSinceMillis;
  }

  /** Takes a notification for delivery. */
  put(notification: Notification): void {
    if (this.#isStopped) return;
    this.#backlog.put(notification);
    this.#wake();
  }

  attach(journal: Journal, isOwn: boolean): void {
    this.#backlog.attach(journal, isOwn);
    this.#wake();
  }

  detach(journal: Journal): void {
    this.#backlog.detach(journal);
  }

  /** Resolves once everything that waits now is delivered or given up; `false`: the time was over first. */
  flush(timeoutMillis: number): Promise<boolean> {
    if (this.#isStopped) return Promise.resolve(this.#backlog.size === 0);
    const passed = this.#milestones.add(this.#backlog.lastOrder, timeoutMillis, this.#clock);
    this.#passMilestones();
    this.#wake();
    return passed;
  }

  /** Number of notifications that have ever come. */
  get lastOrder(): number {
    return this.#backlog.lastOrder;
  }

  /** As `flush`, and does not wait for what can only be delivered after the time is over. */
  async finish(timeoutMillis: number): Promise<void> {
    if (this.#backlog.size === 0) return;
    const endMillis = this.#clock.monotonicMillis() + timeoutMillis;
    this.#closeAtMillis = endMillis;
    await this.flush(timeoutMillis);
    // Closing may have begun meanwhile.
    if (this.#closeAtMillis === endMillis) this.#closeAtMillis = Number.POSITIVE_INFINITY;
  }

  /** As `finish`, for the last time; resolves to whether everything was delivered or given up. */
  drain(timeoutMillis: number): Promise<boolean> {
    this.#closeAtMillis = this.#clock.monotonicMillis() + timeoutMillis;
    return this.flush(timeoutMillis);
  }

  /** Ends the delivery that is under way; resolves once it has ended, or the time is over. */
  async stop(timeoutMillis: number): Promise<void> {
    this.#isStopped = true;
    this.#cancelTimer();
    this.#attempt?.cancel(new DOMException('The channel is being closed', 'AbortError'));
    if (this.#unsettled > 0) await this.#milestones.addSettled(timeoutMillis, this.#clock);
  }

  /** What still waits, and is on no disk, is given up. */
  end(): void {
    this.#attempt?.forget();
    this.#backlog.end();
    this.#milestones.end();
  }

  #passMilestones(): void {
    this.#milestones.pass(this.#backlog.oldest()?.order ?? Number.POSITIVE_INFINITY);
  }

  #wake(): void {
    if (this.#isWakeDue || this.#attempt !== undefined || this.#isStopped || this.#backlog.size === 0) return;
    this.#isWakeDue = true;
    this.#clock.soon(() => {
      this.#isWakeDue = false;
      this.#pump();
    });
  }

  /** Begins the next delivery, or waits for when it can begin. */
  #pump(): void {
    if (this.#attempt !== undefined || this.#isStopped) return;
    this.#cancelTimer();
    this.#backlog.expire();
    const now = this.#clock.monotonicMillis();
    const readyAt = this.#readyAtMillis(now);
    if (readyAt <= now) {
      this.#begin(now);
      return;
    }
    // Nothing can come of it any more.
    if (readyAt > this.#closeAtMillis) this.#milestones.end();
    const wait = Math.min(readyAt, this.#backlog.nextExpiryMillis) - now;
    if (wait === Number.POSITIVE_INFINITY) return;
    this.#cancelTimer = this.#clock.after(Math.max(1, wait), () => this.#pump());
  }

  #readyAtMillis(now: number): number {
    return Math.max(
      // Whoever waits for it does not wait for others to come.
      this.#backlog.readyAtMillis(now, this.#milestones.size > 0 ? 0 : this.#policy.batchDelayMillis),
      this.#pausedUntilMillis,
      this.#circuit?.readyAtMillis ?? Number.NEGATIVE_INFINITY,
      this.#rate?.readyAtMillis ?? Number.NEGATIVE_INFINITY,
    );
  }

  #begin(now: number): void {
    const batch = this.#backlog.begin(now);
    const [first] = batch;
    if (first === undefined) return;
    this.#circuit?.begin();
    this.#rate?.begin(now);
    this.#unsettled++;
    const attempt = beginAttempt({
      channel: this.#channel,
      batch: batch.map((entry) => entry.notification()),
      number: first.attempts,
      timeoutMillis: this.#policy.timeoutMillis,
      clock: this.#clock,
      scope: this.#scope,
      onLate: (outcome) => this.#takeLate(batch, outcome),
    });
    this.#attempt = attempt;
    void attempt.outcome.then((outcome) => this.#finish(batch, outcome, now));
    void attempt.settled.then(() => {
      this.#unsettled--;
      if (this.#unsettled === 0) this.#milestones.passSettled();
    });
  }

  #finish(batch: readonly Entry[], outcome: Outcome, startMillis: number): void {
    this.#attempt = undefined;
    const now = this.#clock.monotonicMillis();
    for (const entry of batch) entry.isInFlight = false;
    // What was given up before may have been taken after all, meanwhile.
    const open = batch.filter(({ isSettled }) => !isSettled);
    if (outcome.isTaken) this.#finishTaken(open, outcome, now, now - startMillis);
    else this.#finishFailed(open, outcome.failure, now, now - startMillis);
    this.#wake();
  }

  #finishTaken(open: readonly Entry[], taken: Taken, now: number, durationMillis: number): void {
    const failures = [...taken.rejections.values()];
    const isRefused = failures.length > 0 && failures.length >= open.length;
    const isWhole = failures.length === 0 && taken.lacks.size === 0;
    this.#report.attempt(isWhole ? 'success' : isRefused ? 'failure' : 'partial', durationMillis);
    const groups = this.#take(open, taken);
    for (const { failure, entries } of groups) {
      if (failure.isPermanent) this.#reject(entries, failure, durationMillis);
    }
    this.#retry(
      groups.filter(({ failure }) => !failure.isPermanent),
      now,
      durationMillis,
    );
    if (isRefused && areOfReceiver(failures))
      this.#circuit?.failed(
        now,
        failures.some(({ retryAfterMillis }) => retryAfterMillis !== undefined),
      );
    else this.#circuit?.succeeded();
  }

  #take(open: readonly Entry[], taken: Taken): readonly FailedAlike[] {
    return take(open, taken, { backlog: this.#backlog, milestones: this.#milestones });
  }

  #finishFailed(open: readonly Entry[], failure: Failure, now: number, durationMillis: number): void {
    const { isPermanent, isTimeout, retryAfterMillis } = failure;
    this.#report.attempt(isPermanent ? 'rejected' : isTimeout ? 'timeout' : 'failure', durationMillis);
    if (!isPermanent) {
      if (open.length > 0) this.#retry([{ failure, entries: open }], now, durationMillis);
      if (areOfReceiver([failure])) this.#circuit?.failed(now, retryAfterMillis !== undefined);
      else this.#circuit?.succeeded();
      return;
    }
    if (open.length > 1 && !isOfAll(failure)) {
      this.#report.failed(failure, open, durationMillis, 0);
      this.#backlog.split(open, failure.message);
    } else {
      this.#reject(open, failure, durationMillis);
    }
    // The receiver has answered.
    this.#circuit?.succeeded();
  }

  #reject(entries: readonly Entry[], failure: Failure, durationMillis: number): void {
    if (entries.length === 0) return;
    this.#report.failed(failure, entries, durationMillis, undefined);
    this.#backlog.bury(entries, 'rejected', failure.message);
  }

  #retry(groups: readonly FailedAlike[], now: number, durationMillis: number): void {
    const { maxAttempts } = this.#policy;
    const pauses = groups.map((group) => {
      const { failure, entries } = group;
      const pause = pauseMillisOf(group, this.#policy, this.#random);
      if (failure.retryAfterMillis !== undefined)
        this.#pausedUntilMillis = Math.max(this.#pausedUntilMillis, now + pause);
      const left = entries.filter((entry) => entry.attempts < maxAttempts);
      this.#report.failed(failure, entries, durationMillis, left.length > 0 ? pause : undefined);
      return { entries: left, untilMillis: now + pause, error: failure.message };
    });
    this.#backlog.hold(pauses);
    for (const { failure, entries } of groups) {
      const spent = entries.filter((entry) => entry.attempts >= maxAttempts);
      this.#backlog.bury(spent, 'attempts', failure.message);
    }
  }

  /** What a channel has taken after all, it need not get again; a failure says nothing new. */
  #takeLate(batch: readonly Entry[], outcome: Outcome): void {
    if (!outcome.isTaken) return;
    const open = batch.filter(({ isSettled }) => !isSettled);
    this.#take(open, outcome);
    this.#wake();
  }
}
