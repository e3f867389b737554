import type { Channel } from '../channel.ts';
import type { ChannelSettings } from '../settings.ts';
import { Collector } from './collector.ts';
import { readOptions } from './options.ts';

/** Events of one delivery. */
const MAX_BATCH = 500;

/** What {@link splunk} is given: the collector, and its token. */
export interface SplunkOptions extends ChannelSettings {
  /** Default `splunk`. */
  readonly name?: string | undefined;
  /** `https://splunk.example.com:8088`; a path replaces `/services/collector/event`. */
  readonly url: string;
  /** Token of the HTTP Event Collector. */
  readonly token: string;
  /** Default: that of the token. */
  readonly index?: string | undefined;
  /** Default `instrument`. */
  readonly source?: string | undefined;
  /** Default `_json`, whose fields Splunk extracts. */
  readonly sourcetype?: string | undefined;
  /** Default: the host of the notification. */
  readonly host?: string | undefined;
  /** Whether requests are compressed with gzip. Default `false`. */
  readonly compress?: boolean | undefined;
  /** Whether an event is delivered only when an indexer has it on disk; the token must have that switched on. Default `false`. */
  readonly acknowledge?: boolean | undefined;
}

/**
 * Ships notifications to the HTTP Event Collector of Splunk.
 *
 * @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT` with all that is wrong with the options; the token is not shown.
 */
export function splunk(options: SplunkOptions): Channel {
  const { name, settings, ...target } = readOptions(options);
  const collector = new Collector(target);
  return {
    name,
    settings,
    maxBatch: MAX_BATCH,
    deliver: (batch, { signal }) => collector.deliver(batch, signal),
  };
}
