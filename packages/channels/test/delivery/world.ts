import { setImmediate as turn } from 'node:timers/promises';
import { EventBus, MeterProvider } from '@org/instrument-core';
import { expect } from 'vitest';
import type { Channel, DeliveryContext, Rejection } from '../../src/channel.ts';
import type { DeadLetter } from '../../src/channels.ts';
import { Lane } from '../../src/delivery/lane.ts';
import { LaneReport } from '../../src/delivery/lane-report.ts';
import { createChannelMetrics } from '../../src/delivery/metrics.ts';
import { policyOf } from '../../src/delivery/policy.ts';
import { DeliveryError } from '../../src/delivery-error.ts';
import type { Notification, Severity } from '../../src/notification.ts';
import { Journal } from '../../src/outbox/journal.ts';
import { FakeClock } from './fake-clock.ts';
import { notificationOf } from './lane-bed.ts';

/** What the channel does with one delivery. `slow` takes it at once and says so later: whoever dies meanwhile does not know. */
export const BEHAVIOURS = [
  'take',
  'slow',
  'fail',
  'throw',
  'refuse',
  'ask',
  'part',
  'lack',
  'hang',
  'late',
  'rubbish',
] as const;
export type Behaviour = (typeof BEHAVIOURS)[number];

/** What happens. */
export type Step =
  | { readonly do: 'put'; readonly key: number; readonly severity: Severity }
  | { readonly do: 'wait'; readonly millis: number }
  | { readonly do: 'die' };

/** What happens, to which channel. */
export interface Program {
  readonly steps: readonly Step[];
  readonly behaviours: readonly Behaviour[];
  readonly maxBatch: number;
  readonly batchDelay: number;
  readonly rate: { readonly count: number; readonly per: number } | undefined;
  readonly failures: number | undefined;
  readonly maxNotifications: number;
}

const TIMEOUT = 200;
const INITIAL_DELAY = 100;

/** Runs a program, and keeps account of everything. */
export class World {
  readonly program: Program;
  readonly directory: string | undefined;
  readonly clock = new FakeClock();
  readonly put: Notification[] = [];
  readonly taken: string[] = [];
  /** Ids of what is for one recipient, once the channel has said that this one lacks it. */
  readonly lacked: string[] = [];
  /** Of those that were taken, the ones that had been given up before. */
  readonly takenTooLate = new Set<string>();
  readonly dead: DeadLetter[] = [];
  readonly starts: number[] = [];
  /** Ids that were under way when the process died. */
  readonly underWay = new Map<string, number>();
  readonly settledIds = new Set<string>();
  isHealthy = false;
  active: ReadonlySet<string> = new Set();
  lives = 0;
  deliveries = 0;
  lane!: Lane;
  journal: Journal | undefined;

  constructor(program: Program, directory: string | undefined) {
    this.program = program;
    this.directory = directory;
    this.live();
  }

  /** A process begins. */
  live(): void {
    const life = ++this.lives;
    const { maxBatch, batchDelay, rate, failures, maxNotifications } = this.program;
    const channel: Channel = {
      name: 'test',
      maxBatch,
      settings: {
        timeout: TIMEOUT,
        batchDelay,
        retry: { initialDelay: INITIAL_DELAY, maxDelay: 400 },
        queue: { maxNotifications },
        ...(rate === undefined ? {} : { rateLimit: rate }),
        circuitBreaker: failures === undefined ? false : { failures, pause: 300 },
      },
      deliver: (batch, context) => this.#deliver(batch, context, life),
    };
    const bury = (letter: DeadLetter): void => void this.dead.push(letter);
    const metrics = createChannelMetrics(() => [], new MeterProvider({})).of('test');
    const report = new LaneReport({
      channel: 'test',
      clock: this.clock,
      metrics,
      events: new EventBus(),
      bury,
    });
    const options = { channel, policy: policyOf(channel), clock: this.clock, random: () => 0.5, report };
    this.lane = new Lane(options);
    if (this.directory === undefined) return;
    this.journal = new Journal({
      directory: this.directory,
      channel: 'test',
      // For the disk no time passes: it would seem to hang while hours go by.
      clock: new FakeClock(),
      onFault: (error) => expect.fail(String(error)),
      onDamage: () => expect.unreachable('damage'),
      segmentBytes: 2_000,
    });
    this.lane.attach(this.journal, true);
  }

  async run(): Promise<void> {
    for (const step of this.program.steps) {
      if (step.do === 'put') this.#put(step.key, step.severity);
      else if (step.do === 'wait') await this.clock.advance(step.millis);
      else if (this.directory !== undefined) await this.#die();
      expect(this.lane.status.waiting).toBeLessThanOrEqual(
        this.program.maxNotifications + this.program.maxBatch,
      );
    }
    this.isHealthy = true;
    await this.clock.advance(3_600_000);
    this.journal?.abandon();
  }

  async #die(): Promise<void> {
    await turn();
    for (const id of this.active) this.underWay.set(id, (this.underWay.get(id) ?? 0) + 1);
    this.active = new Set();
    // The old process does nothing any more: its lane hears of no time, and what its channel does is of no account.
    this.journal?.abandon();
    void this.lane.stop(0);
    this.clock.forgetAll();
    this.live();
  }

  #put(key: number, severity: Severity): void {
    const notification = notificationOf(`${this.put.length}`, { key: `key ${key}`, severity });
    this.put.push(notification);
    this.lane.put(notification);
  }

  async #deliver(
    batch: readonly Notification[],
    { signal }: DeliveryContext,
    life: number,
    // biome-ignore lint/suspicious/noConfusingVoidType: as the interface has it.
  ): Promise<void | Rejection[]> {
    const ids = batch.map(({ id }) => id);
    expect(ids.length).toBeGreaterThan(0);
    expect(ids.length).toBeLessThanOrEqual(this.program.maxBatch);
    expect([...this.active]).toEqual([]);
    this.active = new Set(ids);
    this.starts.push(this.clock.monotonicMillis());
    const behaviour = this.isHealthy
      ? 'take'
      : (this.program.behaviours[this.deliveries++ % this.program.behaviours.length] as Behaviour);
    const over = (): void => {
      if (life === this.lives) this.active = new Set();
    };
    signal.addEventListener('abort', over);
    const pause = (millis: number): Promise<void> =>
      new Promise((resolve) => void this.clock.after(millis, resolve));
    try {
      return await this.#behave(behaviour, batch, pause);
    } finally {
      over();
    }
  }

  async #behave(
    behaviour: Behaviour,
    batch: readonly Notification[],
    pause: (millis: number) => Promise<void>,
    // biome-ignore lint/suspicious/noConfusingVoidType: as the interface has it.
  ): Promise<void | Rejection[]> {
    const ids = batch.map(({ id }) => id);
    switch (behaviour) {
      case 'slow':
        this.taken.push(...ids);
        return pause(50);
      case 'fail':
        await pause(20);
        throw new DeliveryError('down');
      case 'throw':
        throw undefined;
      case 'refuse':
        throw new DeliveryError('never', { permanent: true });
      case 'ask':
        throw new DeliveryError('later', { retryAfterMillis: 700 });
      case 'part': {
        // All of one key, or none: a receiver that takes the later one of two has put them in another order itself.
        const key = batch[0]?.key;
        const left = batch.filter((each) => each.key === key);
        this.taken.push(...batch.filter((each) => each.key !== key).map(({ id }) => id));
        return left.map(({ id }) => ({ id, error: new DeliveryError('not this one') }));
      }
      case 'lack':
        this.taken.push(...ids);
        return ids.map((id) => {
          const error = new DeliveryError('full');
          const lacking = ['x', 'y'].map((recipient) => ({ recipient, error }));
          this.lacked.push(...lacking.map(({ recipient }) => `${id}/${recipient}`));
          return { id, error, lacking };
        });
      case 'hang':
        return new Promise(() => {});
      case 'late':
        await pause(TIMEOUT + 20);
        this.taken.push(...ids);
        for (const { notification } of this.dead)
          if (ids.includes(notification.id)) this.takenTooLate.add(notification.id);
        return undefined;
      case 'rubbish':
        this.taken.push(...ids);
        return { length: 3 } as never;
      default:
        this.taken.push(...ids);
        return undefined;
    }
  }
}
