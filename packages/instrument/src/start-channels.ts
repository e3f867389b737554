import type { Attributes } from '@opentelemetry/api';
import type { Channel, Channels, NotificationSource } from '@org/instrument-channels';
import {
  type BusEvent,
  countSelf,
  type Duration,
  type EventMap,
  events,
  parseDuration,
  reportFault,
} from '@org/instrument-core';
import { DEFAULT_SHUTDOWN_TIMEOUT_MILLIS, type Delivery } from '@org/instrument-otel';
import type { ChannelsInitOptions, ChannelType } from './options.ts';

/** Of the time for shutdown: what is left is for what did not end in time to be written down. */
const CLOSE_SHARE = 0.8;
/** Events that wait until the package of the channels is loaded: some milliseconds. */
const MAX_EARLY_EVENTS = 1_000;

type Package = typeof import('@org/instrument-channels');

/** A channel as a configuration file has it. */
interface ConfiguredChannel {
  readonly type: ChannelType;
}

/** Channels as they run. */
export interface RunningChannels extends Delivery {
  /** Resolves, and never rejects, when the outboxes are open, or could not be. */
  readonly ready: Promise<void>;
}

/** Sends events where they are to go, from now on; what comes before the package is loaded waits for it. */
export function startChannels(
  options: ChannelsInitOptions,
  shutdownTimeout: Duration | undefined,
  resource: () => Attributes,
): RunningChannels {
  const shutdownMillis = parseDuration(shutdownTimeout) ?? DEFAULT_SHUTDOWN_TIMEOUT_MILLIS;
  const early: BusEvent<EventMap>[] = [];
  const off = events.on('*', (payload, name) => {
    if (early.length < MAX_EARLY_EVENTS) early.push({ name, payload } as BusEvent<EventMap>);
    else countSelf('instrument.events.shed', 'channels');
  });
  let channels: Channels | undefined;
  const open = async (): Promise<void> => {
    try {
      const loaded = await import('@org/instrument-channels');
      const to = options.to.flatMap((given, i) => channelOf(loaded, given, i) ?? []);
      if (to.length > 0) {
        const closeTimeout = options.closeTimeout ?? shutdownMillis * CLOSE_SHARE;
        const source = sourceOf(resource());
        channels = loaded.createChannels({
          ...options,
          closeTimeout,
          to,
          source,
          early,
          deliverAtEnd: false,
        });
      }
    } catch (error) {
      reportFault('channels', 'starting the channels', error);
    } finally {
      // In the turn in which the channels have begun to listen: nothing is heard twice, and nothing is missed.
      off();
    }
    await channels?.ready;
  };
  const ready = open();
  return {
    ready,
    flush: async () => {
      await ready;
      await channels?.flush();
    },
    shutdown: async () => {
      await ready;
      await channels?.close();
    },
    whyLate: () => 'Notifications wait for their channels',
  };
}

/**
 * The channel that a file asks for. Its options are checked by `init()`; what its factory misses all the same, such as a package
 * that is not installed, leaves that channel out, and is reported.
 */
function channelOf(loaded: Package, given: Channel | ConfiguredChannel, index: number): Channel | undefined {
  if ('deliver' in given) return given;
  const { type, ...options } = given;
  try {
    return factoryOf(loaded, type)(options as never);
  } catch (error) {
    reportFault('channels', `setting up channels[${index}], of type ${type},`, error);
    return undefined;
  }
}

function factoryOf(loaded: Package, type: ChannelType): (options: never) => Channel {
  const { consoleChannel, fileChannel, webhook, slack, teams, discord, pagerDuty, email, elastic, splunk } =
    loaded;
  const factories = {
    console: consoleChannel,
    file: fileChannel,
    webhook,
    slack,
    teams,
    discord,
    pagerDuty,
    email,
    elastic,
    splunk,
  };
  return factories[type];
}

/** What notifications say of where they come from (semantic conventions, resource attributes). */
function sourceOf(resource: Attributes): NotificationSource {
  const source: Record<string, string> = {};
  for (const [key, attribute] of [
    ['service', 'service.name'],
    ['version', 'service.version'],
    ['environment', 'deployment.environment.name'],
    ['host', 'host.name'],
    ['instance', 'service.instance.id'],
  ] as const) {
    const value = resource[attribute];
    if (typeof value === 'string') source[key] = value;
  }
  return source;
}
