import { randomBytes } from 'node:crypto';
import { ownText, reportFault } from '@org/instrument-core';
import type { Channel } from './channel.ts';
import type { Channels, ChannelsOptions } from './channels.ts';
import { resolveOptions, timeoutOf } from './channels-options.ts';
import { atEnd } from './delivery/at-end.ts';
import { type Clock, systemClock } from './delivery/clock.ts';
import { Lane } from './delivery/lane.ts';
import { LaneReport } from './delivery/lane-report.ts';
import { createChannelMetrics } from './delivery/metrics.ts';
import { policyOf } from './delivery/policy.ts';
import { isAboutChannels } from './events.ts';
import { KnownWell } from './notification/known-well.ts';
import { NOWHERE, OpenConditions } from './notification/open-conditions.ts';
import { createNotificationReader } from './notification/reader.ts';
import type { Notification } from './notification.ts';
import { atExit } from './outbox/at-exit.ts';
import { Outbox } from './outbox/outbox.ts';
import { compileSelection, type Selection } from './selection/selection.ts';
import { compileTemplates } from './template/render.ts';

/** Names of events that are remembered with who hears them; whoever makes up more has each looked up anew. */
const MAX_NAMES = 1_000;
/** Share of the time for closing until deliveries are ended, and until they must have come to their end. */
const DELIVERING_SHARE = 0.8;
const ENDING_SHARE = 0.1;

/** Time and chance, for tests. */
export interface ChannelsEnvironment {
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
}

/** A channel, and what it wants. */
interface Listener {
  readonly channel: Channel;
  readonly lane: Lane;
  readonly report: LaneReport;
  readonly selection: Selection;
  readonly render: (notification: Notification) => Notification;
}

/**
 * Sends what happens to channels: each event becomes a notification, once, and goes into the outbox of each channel that wants
 * it, from where it is delivered. With a directory, everything in it is on disk before anything that follows an event can have an
 * effect outside; what a process leaves behind, the next one delivers.
 *
 * @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT` with everything that is wrong.
 */
export function createChannels(options: ChannelsOptions): Channels {
  return createChannelsIn({ clock: systemClock, random: Math.random }, options);
}

/** As {@link createChannels}, with a time and a chance of one's own. */
export function createChannelsIn({ clock, random }: ChannelsEnvironment, options: ChannelsOptions): Channels {
  const { to, directory, events, early, source, closeTimeoutMillis, deliversAtEnd } = resolveOptions(options);
  const lanes = () => listeners.map(({ lane }) => lane);
  const metrics = createChannelMetrics(lanes);
  let outbox: Outbox | undefined;
  const well = new KnownWell();
  const conditions = new OpenConditions((key, condition) => outbox?.remember(key, condition), {
    find: (key) => (outbox?.elsewhere ?? NOWHERE).find(key),
    end: (key) => outbox?.elsewhere.end(key),
  });
  /** Of what those who are gone have left open, the end of what is known to be well. */
  const tellEnds = (keys: readonly string[]): void => {
    for (const key of keys) {
      const said = well.of(key);
      if (said === undefined || !conditions.endsWithThis(key)) continue;
      hear({ ...said.payload, timestampMillis: clock.unixMillis() }, said.event);
    }
  };
  const listeners = to.map((channel): Listener => {
    const { name, settings } = channel;
    const report = new LaneReport({
      channel: name,
      clock,
      metrics: metrics.of(name),
      events,
      bury: directory === undefined ? undefined : (letter) => outbox?.bury(letter),
    });
    const lane = new Lane({ channel, policy: policyOf(channel), clock, random, report });
    const selection = compileSelection(settings);
    return { channel, lane, report, selection, render: compileTemplates(settings) };
  });
  if (directory !== undefined) {
    outbox = new Outbox(
      {
        directory,
        clock,
        conditions,
        source,
        onLeftOpen: tellEnds,
        onFault: (channel) => metrics.of(channel).diskFault(),
        onDamage: (channel, lines) => metrics.of(channel).damaged(lines),
        onLettersLost: metrics.lettersLost,
      },
      lanes(),
    );
    // At once: what comes from now on goes behind what was left.
    outbox.open();
  }
  const ready = new Promise<void>((resolve) => {
    clock.soon(() => {
      outbox?.adopt();
      resolve();
    });
  });
  const read = createNotificationReader(source, conditions, well);
  const nextId = createIds();
  const hearing = createHearing(listeners);
  const isHeard = (event: string): boolean => hearing(event).hearers.length > 0;
  const hear = (payload: unknown, name: string): void => {
    const { event, hearers } = hearing(name);
    if (hearers.length === 0) return;
    const notification = read(event, payload, nextId());
    for (const hearer of hearers) offer(hearer, notification, payload);
  };
  for (const { name, payload } of early) hear(payload, name);
  const off = events.on('*', hear, isHeard);
  const finish = createFinish(lanes(), closeTimeoutMillis);
  const offEnd = deliversAtEnd ? atEnd(finish) : () => {};
  // Behind the outbox, which has written everything by then: what is on no disk is lost, and that must not go unsaid.
  const offExit = atExit(() => {
    for (const { lane } of listeners) lane.end();
  });
  let closed: Promise<void> | undefined;
  const close = async (timeoutMillis: number): Promise<void> => {
    off();
    offEnd();
    await Promise.all(listeners.map(({ lane }) => lane.drain(timeoutMillis * DELIVERING_SHARE)));
    await Promise.all(listeners.map(({ lane }) => lane.stop(timeoutMillis * ENDING_SHARE)));
    outbox?.writeNow();
    offExit();
    for (const { lane } of listeners) lane.end();
    outbox?.close();
    await atMost(
      timeoutMillis * ENDING_SHARE,
      clock,
      Promise.all(listeners.map(({ channel }) => give(channel))),
    );
    metrics.stop();
  };
  return {
    ready,
    status: () => lanes().map(({ status }) => status),
    flush: async (timeout) => {
      const millis = timeoutOf(timeout, closeTimeoutMillis);
      const done = await Promise.all(listeners.map(({ lane }) => lane.flush(millis)));
      return done.every((isDone) => isDone);
    },
    close: (timeout) => {
      closed ??= close(timeoutOf(timeout, closeTimeoutMillis));
      return closed;
    },
  };
}

/** Makes what delivers at the end of the process: once, and again only when something has come since. */
function createFinish(lanes: readonly Lane[], timeoutMillis: number): () => void {
  let last = -1;
  return () => {
    const come = lanes.reduce((sum, { lastOrder }) => sum + lastOrder, 0);
    if (come === last) return;
    last = come;
    for (const lane of lanes) void lane.finish(timeoutMillis);
  };
}

/** Ids that are different for ever: 64 random bits for these channels, and a number. */
function createIds(): () => string {
  const instance = randomBytes(8).toString('base64url');
  let count = 0;
  return () => `${instance}-${(++count).toString(36)}`;
}

/** The name of an event, to be kept, and who hears it. */
interface Hearing {
  readonly event: string;
  readonly hearers: readonly Listener[];
}

/** Who hears an event. Asked for every event there is, most of which nobody wants: the answer is kept by name. */
function createHearing(listeners: readonly Listener[]): (name: string) => Hearing {
  const known = new Map<string, Hearing>();
  return (name) => {
    const before = known.get(name);
    if (before !== undefined) return before;
    const event = ownText(name);
    const hearing = { event, hearers: listeners.filter(({ selection }) => selection.hears(event)) };
    if (known.size >= MAX_NAMES) known.clear();
    known.set(event, hearing);
    return hearing;
  };
}

/** Gives a notification to a channel that wants it. */
function offer(
  { lane, report, selection, render }: Listener,
  notification: Notification,
  payload: unknown,
): void {
  try {
    if (isAboutChannels(notification.event) && isAbout(payload, lane.name)) return;
    if (selection.takes(notification)) lane.put(render(notification));
    else report.filtered();
  } catch (error) {
    reportFault('channels', `giving a notification to the channel ${lane.name}`, error);
  }
}

/** Whether an event of channels is about this one. */
function isAbout(payload: unknown, channel: string): boolean {
  return (payload as { readonly channel?: unknown } | null | undefined)?.channel === channel;
}

async function give(channel: Channel): Promise<void> {
  try {
    await channel.close?.();
  } catch (error) {
    reportFault('channels', `closing the channel ${channel.name}`, error);
  }
}

/** Waits for something, and no longer than that by the clock given. */
function atMost(millis: number, clock: Clock, work: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(millis, resolve, true);
    void work.then(() => {
      cancel();
      resolve();
    });
  });
}
