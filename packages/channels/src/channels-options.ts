import { hostname } from 'node:os';
import { resolve } from 'node:path';
import {
  type BusEvent,
  type Duration,
  describeValue,
  EventBus,
  type EventMap,
  events,
  OptionReader,
  parseDuration,
} from '@org/instrument-core';
import type { Channel } from './channel.ts';
import type { ChannelsOptions } from './channels.ts';
import type { NotificationSource } from './notification.ts';
import { settingsProblems } from './settings/read-settings.ts';

/** Options of the channels, all there. */
export interface ResolvedOptions {
  readonly to: readonly Channel[];
  /** Absolute: the process may go elsewhere. */
  readonly directory: string | undefined;
  readonly events: EventBus;
  readonly early: readonly BusEvent<EventMap>[];
  readonly source: NotificationSource;
  readonly closeTimeoutMillis: number;
  readonly deliversAtEnd: boolean;
}

const KEYS = ['to', 'directory', 'events', 'early', 'source', 'closeTimeout', 'deliverAtEnd'] as const;
const SOURCE_KEYS = ['service', 'version', 'environment', 'host', 'instance'] as const;
const DEFAULT_CLOSE_MILLIS = 5_000;
/** Characters of a name: it is an attribute of metrics, and part of messages. */
const MAX_NAME = 100;

/** @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT` with everything that is wrong. */
export function resolveOptions(options: ChannelsOptions): ResolvedOptions {
  const read = new OptionReader<ChannelsOptions>(options, KEYS);
  const to = readChannels(read);
  const directory = read.text('directory', undefined);
  const bus = read.raw('events') as EventBus | undefined;
  if (bus !== undefined && !isBus(bus)) {
    read.add('events', describeValue(bus), 'an EventBus', 'Leave it out for the bus of the process.');
  }
  const early = read.raw('early') as ChannelsOptions['early'];
  if (early !== undefined && !Array.isArray(early))
    read.add('early', describeValue(early), 'a list of events');
  const closeTimeoutMillis = read.millis('closeTimeout', DEFAULT_CLOSE_MILLIS);
  const deliversAtEnd = read.flag('deliverAtEnd', true);
  const source = readSource(read);
  read.done('The channels cannot be set up:');
  return {
    to,
    directory: directory && resolve(directory),
    events: bus ?? events,
    early: early ?? [],
    source,
    closeTimeoutMillis,
    deliversAtEnd,
  };
}

/** Milliseconds of a timeout that a method was given. A wrong one is a mistake, and yet no reason to fail where all ends. */
export function timeoutOf(timeout: Duration | undefined, fallbackMillis: number): number {
  return parseDuration(timeout) ?? fallbackMillis;
}

function readChannels(read: OptionReader<ChannelsOptions>): readonly Channel[] {
  const given = read.raw('to');
  if (!Array.isArray(given) || given.length === 0) {
    const found = Array.isArray(given) ? 'no channels' : kindOf(given);
    read.add('to', found, 'at least one channel', "Give them, as in to: [slack({ url: '…' })].");
    return [];
  }
  const names = new Map<string, number>();
  for (const [i, channel] of (given as readonly unknown[]).entries()) readChannel(read, channel, i, names);
  // A copy: what the user does to the list later is of no account.
  return [...(given as readonly Channel[])];
}

function readChannel(
  read: OptionReader<ChannelsOptions>,
  channel: unknown,
  index: number,
  names: Map<string, number>,
): void {
  const path = `to[${index}]`;
  if (typeof channel !== 'object' || channel === null) {
    const fix = typeof channel === 'function' ? `Call it: ${channel.name || 'channel'}({ … }).` : undefined;
    read.add(path, kindOf(channel), 'a channel', fix);
    return;
  }
  const { name, deliver, close, maxBatch, settings } = channel as Partial<Channel>;
  if (typeof name !== 'string' || name.trim() === '' || name.length > MAX_NAME) {
    read.add(`${path}.name`, describeValue(name), `text of 1 to ${MAX_NAME} characters`);
  } else if (names.has(name)) {
    const fix = `Give one of them a name of its own, such as name: '${name}-2': its outbox and its metrics go by it.`;
    read.add(`${path}.name`, describeValue(name), `a name that to[${names.get(name)}] does not have`, fix);
  } else {
    names.set(name, index);
  }
  if (typeof deliver !== 'function') read.add(`${path}.deliver`, kindOf(deliver), 'a function');
  if (close !== undefined && typeof close !== 'function') {
    read.add(`${path}.close`, kindOf(close), 'a function, or nothing');
  }
  if (maxBatch !== undefined && !(maxBatch === Number.POSITIVE_INFINITY || isCount(maxBatch))) {
    read.add(`${path}.maxBatch`, describeValue(maxBatch), 'a whole number ≥ 1');
  }
  read.addAll(settingsProblems(settings, `${path}.settings.`));
}

/** What stands where channels should, and is not shown: it may well be the address of one, or its options. */
function kindOf(value: unknown): string {
  return value === undefined || value === null ? describeValue(value) : `a value of type ${typeof value}`;
}

function readSource(read: OptionReader<ChannelsOptions>): NotificationSource {
  const given = read.raw('source') as NotificationSource | undefined;
  if (given === undefined) return { host: hostname() };
  const inner = new OptionReader<NotificationSource>(given, SOURCE_KEYS, 'source.');
  const said = SOURCE_KEYS.map((key) => [key, inner.text(key, undefined)] as const);
  read.addAll(inner.problems);
  return Object.fromEntries(said.filter(([, value]) => value !== undefined));
}

function isBus(value: unknown): value is EventBus {
  if (value instanceof EventBus) return true;
  const { on, emit } = (value ?? {}) as Partial<EventBus>;
  return typeof on === 'function' && typeof emit === 'function';
}

function isCount(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 1;
}
