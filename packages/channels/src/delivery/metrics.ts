import { CIRCUIT_STATES, type MeterProvider, meterProvider } from '@org/instrument-core';
import type { ChannelStatus, DeadLetter } from '../channels.ts';

/** Upper bounds of the duration of a delivery, in seconds: a file at one end, the time that an attempt has at the other. */
const DURATION_BOUNDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** How an attempt ended; `partial`: some of a batch were not taken. */
export type AttemptOutcome = 'success' | 'partial' | 'failure' | 'rejected' | 'timeout';

/** What is observed of a channel at each collection. */
export interface Observed {
  readonly status: ChannelStatus;
  /** How long the oldest has waited, by the monotonic clock: a time of day that is set must set off no alert. */
  readonly oldestAgeMillis: number;
}

/** The metrics of one channel. */
export interface LaneMetrics {
  /** Notifications, by what became of them; `filtered`: the channel does not take them. */
  count(outcome: 'delivered' | 'dead' | 'filtered', by?: number): void;
  dead(reason: DeadLetter['reason']): void;
  attempt(outcome: AttemptOutcome, durationMillis: number): void;
  /** The disk did not take what it was given. */
  diskFault(): void;
  /** Lines of the outbox were no records. */
  damaged(lines: number): void;
}

/** The metrics of all channels. */
export interface ChannelMetrics {
  of(channel: string): LaneMetrics;
  /** Dead letters that the disk did not take. */
  lettersLost(letters: number): void;
  /** The channels are closed, and have no state any more. */
  stop(): void;
}

/** Creates the instruments; `channels` is asked at each collection. */
export function createChannelMetrics(
  channels: () => readonly Observed[],
  provider: MeterProvider = meterProvider,
): ChannelMetrics {
  const meter = provider.getMeter('@org/instrument-channels');
  const counter = (name: string, unit: string, description: string) =>
    meter.createCounter(name, { unit, description });
  const notifications = counter(
    'instrument.channel.notifications',
    '{notification}',
    'Notifications by channel, and by what became of them',
  );
  const letters = counter(
    'instrument.channel.dead_letters',
    '{notification}',
    'Notifications that were given up, by reason',
  );
  const lost = counter(
    'instrument.channel.dead_letters.lost',
    '{notification}',
    'Dead letters that the disk did not take',
  );
  const attempts = counter(
    'instrument.channel.attempts',
    '{attempt}',
    'Attempts to deliver, by how they ended',
  );
  const faults = counter(
    'instrument.channel.outbox.faults',
    '{fault}',
    'Times that the disk did not take what an outbox gave it',
  );
  const damaged = counter(
    'instrument.channel.outbox.damaged',
    '{line}',
    'Lines of an outbox that could not be read',
  );
  const duration = meter.createHistogram('instrument.channel.delivery.duration', {
    description: 'Time that attempts to deliver took',
    unit: 's',
    advice: { explicitBucketBoundaries: DURATION_BOUNDS },
  });
  const waiting = meter.createObservableUpDownCounter('instrument.channel.waiting', {
    description: 'Notifications that wait, or are being delivered',
    unit: '{notification}',
  });
  const age = meter.createObservableGauge('instrument.channel.oldest.age', {
    description: 'Time that the oldest notification has waited; 0 when none does',
    unit: 's',
  });
  const circuit = meter.createObservableGauge('instrument.channel.circuit', {
    description: 'Whether the circuit breaker is in this state: closed, half-open, open',
  });
  const observe: Parameters<typeof meter.addBatchObservableCallback>[0] = (result) => {
    for (const { status, oldestAgeMillis } of channels()) {
      const attributes = { channel: status.name };
      result.observe(waiting, status.waiting, attributes);
      result.observe(age, oldestAgeMillis / 1_000, attributes);
      for (const state of CIRCUIT_STATES) {
        result.observe(circuit, status.circuit === state ? 1 : 0, { ...attributes, state });
      }
    }
  };
  const observed = [waiting, age, circuit];
  meter.addBatchObservableCallback(observe, observed);
  return {
    of: (channel) => ({
      count: (outcome, by = 1) => notifications.add(by, { channel, outcome }),
      dead: (reason) => letters.add(1, { channel, reason }),
      attempt: (outcome, durationMillis) => {
        attempts.add(1, { channel, outcome });
        duration.record(durationMillis / 1_000, { channel });
      },
      diskFault: () => faults.add(1, { channel }),
      damaged: (lines) => damaged.add(lines, { channel }),
    }),
    lettersLost: (by) => lost.add(by),
    stop: () => meter.removeBatchObservableCallback(observe, observed),
  };
}
