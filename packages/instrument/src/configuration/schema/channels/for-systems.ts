import type { ConsoleOptions, ElasticOptions, FileOptions, SplunkOptions } from '@org/instrument-channels';
import { age, bool, choice, leaf, text } from '../leaves.ts';
import type { Fields, Leaf, Relation } from '../rule.ts';
import { address, hasUser, target } from './address.ts';
import { secret } from './secret.ts';
import { channelFields, count, needs } from './settings-rule.ts';

const sizeOrNever: Leaf = leaf(
  'a number of bytes of at least 1, or false',
  (value) => value === false || count.accepts(value),
  { reads: 'number' },
);

/** A channel of the type `console`. */
export const console: Fields = channelFields<ConsoleOptions>({
  stream: choice(['stderr', 'stdout']),
  format: choice(['text', 'json']),
});

/** A channel of the type `file`. */
export const file: Fields = channelFields<FileOptions>(
  {
    path: text('the path of a file'),
    maxBytes: sizeOrNever,
    maxAge: age(),
    maxFiles: count,
    compress: bool,
    sync: bool,
  },
  needs('path'),
);

/** What indexes and data streams may be called (Elasticsearch, create index API): lower case, and these not within. */
const INDEX = /^(?![-_+.])[^A-Z\s\\/*?"<>|,#:]{1,255}$/;
const index: Leaf = leaf(
  'the name of one index or data stream, in lower case',
  // It becomes a part of a URL, which lone surrogates cannot.
  (value) => typeof value === 'string' && INDEX.test(value) && value.isWellFormed(),
  { reads: 'text' },
);

const userAndPassword: Relation = ({ username, password }, report) => {
  if ((username === undefined) === (password === undefined)) return;
  report('username', 'both, or none', undefined, 'a user or a password alone');
};

const oneWayIn: Relation = ({ url, apiKey, token, username, password }, report) => {
  const isUser = username !== undefined && password !== undefined;
  const ways = [hasUser(url), apiKey !== undefined, token !== undefined, isUser].filter((isTaken) => isTaken);
  if (ways.length < 2) return;
  const expected = 'one way to be let in: credentials of the URL, apiKey, token, or username and password';
  report('', expected, undefined, `${ways.length} of them`);
};

/** A channel of the type `elastic`. */
export const elastic: Fields = channelFields<ElasticOptions>(
  {
    url: target,
    index,
    apiKey: secret,
    token: secret,
    username: text(),
    password: secret,
    compress: bool,
  },
  needs('url'),
  userAndPassword,
  oneWayIn,
);

/** A channel of the type `splunk`. */
export const splunk: Fields = channelFields<SplunkOptions>(
  {
    url: address,
    token: secret,
    index: text(),
    source: text(),
    sourcetype: text(),
    host: text(),
    compress: bool,
    acknowledge: bool,
  },
  needs('url'),
  needs('token'),
);
