import { OptionReader } from '@org/instrument-core';
import { readSecret, readTarget } from '../http/read-target.ts';
import { FOR_LOGS } from '../selection/selection.ts';
import { CHANNEL_SETTINGS, readSettings } from '../settings/read-settings.ts';
import type { ChannelSettings } from '../settings.ts';
import type { SplunkOptions } from './splunk.ts';

const EVENT_PATH = '/services/collector/event';
const ACK_PATH = '/services/collector/ack';
/** An acknowledgement takes as long as an indexer needs to bring events to disk: seconds, at times many. */
const ACK_TIMEOUT = '1m';

/** Where events go. */
export interface SplunkTarget {
  readonly url: string;
  /** Where acknowledgements are asked for; `undefined`: nowhere. */
  readonly ackUrl: string | undefined;
  readonly token: string;
  readonly index: string | undefined;
  readonly source: string;
  readonly sourcetype: string;
  readonly host: string | undefined;
  readonly compress: boolean;
}

/** Options with the defaults filled in. */
export interface SplunkSettings extends SplunkTarget {
  readonly name: string;
  readonly settings: ChannelSettings;
}

/** @throws {InstrumentError} with all that is wrong. */
export function readOptions(options: SplunkOptions): SplunkSettings {
  const words = ['index', 'source', 'sourcetype', 'host', 'compress', 'acknowledge'] as const;
  const read = new OptionReader(options, [...CHANNEL_SETTINGS, 'name', 'url', 'token', ...words]);
  const { url, authorization } = readTarget(read, 'url', 'https://splunk.example.com:8088');
  if (authorization !== undefined) {
    read.add('url', 'a URL with credentials', 'a URL without', 'Give the token as token.');
  }
  const token = readSecret(read, 'token') ?? '';
  if (read.raw('token') === undefined) {
    read.add(
      'token',
      'nothing',
      'the token of the HTTP Event Collector',
      'Give it, from Settings > Data inputs.',
    );
  }
  const isAcknowledged = read.flag('acknowledge', false);
  const defaults = { ...FOR_LOGS, batchDelay: '1s', ...(isAcknowledged ? { timeout: ACK_TIMEOUT } : {}) };
  const settings = {
    name: read.text('name', 'splunk'),
    url: eventUrl(url),
    ackUrl: isAcknowledged ? new URL(ACK_PATH, url).href : undefined,
    token,
    index: read.text('index', undefined),
    source: read.text('source', 'instrument'),
    sourcetype: read.text('sourcetype', '_json'),
    host: read.text('host', undefined),
    compress: read.flag('compress', false),
    settings: readSettings(read, defaults),
  };
  read.done('The options of the Splunk channel are wrong');
  return settings;
}

function eventUrl(base: string): string {
  const url = new URL(base);
  if (url.pathname === '/') url.pathname = EVENT_PATH;
  return url.href;
}
