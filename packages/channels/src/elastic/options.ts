import { OptionReader } from '@org/instrument-core';
import { basic, bearer } from '../http/credentials.ts';
import { readSecret, readTarget } from '../http/read-target.ts';
import { FOR_LOGS } from '../selection/selection.ts';
import { CHANNEL_SETTINGS, readSettings } from '../settings/read-settings.ts';
import type { ChannelSettings } from '../settings.ts';
import type { ElasticOptions } from './elastic.ts';

const DEFAULT_INDEX = 'logs-instrument-default';
/** What indexes and data streams may be called (Elasticsearch, create index API): lower case, and these not within. */
const INDEX = /^(?![-_+.])[^A-Z\s\\/*?"<>|,#:]{1,255}$/;

/** Where documents go. */
export interface ElasticTarget {
  /** Address of the bulk API. */
  readonly url: string;
  readonly index: string;
  readonly authorization: string | undefined;
  readonly secrets: readonly string[];
  readonly compress: boolean;
}

/** Options with the defaults filled in. */
export interface ElasticSettings extends ElasticTarget {
  readonly name: string;
  readonly settings: ChannelSettings;
}

/** @throws {InstrumentError} with all that is wrong. */
export function readOptions(options: ElasticOptions): ElasticSettings {
  const own = ['name', 'url', 'index', 'apiKey', 'token', 'username', 'password', 'compress'] as const;
  const read = new OptionReader(options, [...CHANNEL_SETTINGS, ...own]);
  const target = readTarget(read, 'url', 'https://elasticsearch.example.com:9200');
  const index = read.text('index', DEFAULT_INDEX);
  if (!INDEX.test(index)) {
    read.add('index', JSON.stringify(index), 'the name of one index or data stream, in lower case');
  }
  const settings = {
    name: read.text('name', 'elastic'),
    url: bulkUrl(target.url, index),
    index,
    ...readCredentials(read, target.authorization),
    compress: read.flag('compress', false),
    settings: readSettings(read, { ...FOR_LOGS, batchDelay: '1s' }),
  };
  read.done('The options of the Elastic channel are wrong');
  return settings;
}

function readCredentials(
  read: OptionReader<ElasticOptions>,
  ofUrl: string | undefined,
): Pick<ElasticTarget, 'authorization' | 'secrets'> {
  const apiKey = readSecret(read, 'apiKey');
  const token = readSecret(read, 'token');
  const username = read.text('username', undefined);
  const password = readSecret(read, 'password');
  if ((read.raw('username') === undefined) !== (read.raw('password') === undefined)) {
    read.add('username', 'a user or a password alone', 'both, or none');
  }
  const ways = [
    ofUrl,
    apiKey === undefined ? undefined : `ApiKey ${encodedKey(apiKey)}`,
    token === undefined ? undefined : bearer(token),
    username === undefined || password === undefined ? undefined : basic(username, password),
  ].filter((way) => way !== undefined);
  if (ways.length > 1) {
    const expected = 'one way to be let in: credentials of the URL, apiKey, token, or username and password';
    read.add('', `${ways.length} ways to be let in`, expected);
  }
  const [authorization] = ways;
  const credentials = authorization?.slice(authorization.indexOf(' ') + 1);
  const secrets = [apiKey, token, password, credentials].filter((secret) => secret !== undefined);
  return { authorization, secrets };
}

/** Encoded, a key has no colon. */
function encodedKey(key: string): string {
  return key.includes(':') ? Buffer.from(key).toString('base64') : key;
}

/** Of the answer, only what became of each document. */
function bulkUrl(base: string, index: string): string {
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/${encodeURIComponent(index)}/_bulk`;
  url.searchParams.set('filter_path', 'errors,items.*.status,items.*.error.type,items.*.error.reason');
  return url.href;
}
