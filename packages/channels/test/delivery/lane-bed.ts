import { EventBus, type EventMap, MeterProvider } from '@org/instrument-core';
import type { Channel, DeliveryContext } from '../../src/channel.ts';
import type { DeadLetter } from '../../src/channels.ts';
import { Lane } from '../../src/delivery/lane.ts';
import { LaneReport } from '../../src/delivery/lane-report.ts';
import { type ChannelMetrics, createChannelMetrics } from '../../src/delivery/metrics.ts';
import { policyOf } from '../../src/delivery/policy.ts';
import type { Notification } from '../../src/notification.ts';
import type { ChannelSettings } from '../../src/settings.ts';
import { FakeClock, START_MILLIS } from './fake-clock.ts';

/** A notification with what a test does not care about. */
export function notificationOf(id: string, given: Partial<Notification> = {}): Notification {
  return {
    id,
    event: 'job.failed',
    timestampMillis: START_MILLIS,
    severity: 'error',
    phase: 'occurred',
    key: `key of ${id}`,
    title: `Job ${id} has failed`,
    text: '',
    source: { host: 'test' },
    payload: { id },
    ...given,
  };
}

/** A delivery, as the channel got it. */
export interface Delivery {
  readonly atMillis: number;
  readonly ids: readonly string[];
  readonly attempt: number;
  readonly signal: AbortSignal;
}

/** What a channel of a test does. */
export type Behaviour = (batch: readonly Notification[], context: DeliveryContext, count: number) => unknown;

/** A lane with a channel that does what it is told, in a time of its own. */
export interface LaneBed {
  readonly clock: FakeClock;
  readonly lane: Lane;
  readonly deliveries: Delivery[];
  readonly dead: DeadLetter[];
  readonly events: EventBus;
  readonly meters: MeterProvider;
  readonly metrics: ChannelMetrics;
  put(id: string, given?: Partial<Notification>): void;
  /** When deliveries began. */
  times(): readonly number[];
  /** Ids by delivery. */
  ids(): readonly (readonly string[])[];
  heard<Name extends keyof EventMap>(name: Name): readonly EventMap[Name][];
}

/** How a bed is made. */
export interface BedOptions {
  readonly settings?: ChannelSettings;
  readonly maxBatch?: number;
  readonly random?: () => number;
  /** Default: takes everything. */
  readonly deliver?: Behaviour;
}

/** Makes a {@link LaneBed}. */
export function createBed({ settings = {}, maxBatch, random = () => 1, deliver }: BedOptions = {}): LaneBed {
  const clock = new FakeClock();
  const events = new EventBus();
  const meters = new MeterProvider({});
  const deliveries: Delivery[] = [];
  const dead: DeadLetter[] = [];
  const heard: { name: string; payload: unknown }[] = [];
  events.on('*', (payload: unknown, name) => void heard.push({ name, payload }));
  const channel: Channel = {
    name: 'test',
    settings,
    ...(maxBatch === undefined ? {} : { maxBatch }),
    deliver: ((batch: readonly Notification[], context: DeliveryContext) => {
      const ids = batch.map(({ id }) => id);
      const { attempt, signal } = context;
      deliveries.push({ atMillis: clock.monotonicMillis(), ids, attempt, signal });
      return deliver === undefined ? Promise.resolve() : deliver(batch, context, deliveries.length);
    }) as Channel['deliver'],
  };
  const metrics = createChannelMetrics(() => [lane], meters);
  const report = new LaneReport({
    channel: 'test',
    clock,
    metrics: metrics.of('test'),
    events,
    bury: (letter) => dead.push(letter),
  });
  const lane = new Lane({ channel, policy: policyOf(channel), clock, random, report });
  return {
    clock,
    lane,
    deliveries,
    dead,
    events,
    meters,
    metrics,
    put: (id, given) => lane.put(notificationOf(id, given)),
    times: () => deliveries.map(({ atMillis }) => atMillis),
    ids: () => deliveries.map(({ ids }) => ids),
    heard: <Name extends keyof EventMap>(name: Name) =>
      heard.filter((event) => event.name === name).map(({ payload }) => payload as EventMap[Name]),
  };
}
