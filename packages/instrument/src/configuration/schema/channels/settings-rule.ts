import type {
  ChannelSettings,
  CircuitBreakerSettings,
  QueueSettings,
  RateLimit,
  RetrySettings,
} from '@org/instrument-channels';
import { parseDuration, SEVERITIES } from '@org/instrument-core';
import { age, choice, duration, integer, leaf, list, text } from '../leaves.ts';
import {
  type Fields,
  fieldsOf,
  inCodeOnly,
  type Leaf,
  type List,
  type Relation,
  type Rule,
} from '../rule.ts';
import { template } from './template.ts';

const NO_FUNCTIONS = 'nothing: functions cannot be written in a file';
const IN_CODE = 'Give the channel in code, as in channels: [slack({ … })].';
/** Characters of a name: it is an attribute of metrics, and part of messages. */
const MAX_NAME = 100;

/** A function: a file has none. */
export const inCode: Leaf = leaf(NO_FUNCTIONS, () => false, { fix: () => IN_CODE });

/** How many: channels know no most. */
export const count: Leaf = integer(1, Number.MAX_VALUE);

/** A text, or a list of texts, each of which is right to `one`. */
export function oneOrMore(one: Leaf): List {
  return list(`${one.expected}, or a list of them`, one, { orOne: true, notEmpty: true });
}

/** The name of a channel. */
export const channelName: Leaf = {
  ...text(`a text of 1 to ${MAX_NAME} characters`),
  accepts: (value) => typeof value === 'string' && value.trim() !== '' && value.length <= MAX_NAME,
};

const event = text(
  "the name of an event, or a pattern such as 'health.*' or '!health.check.completed'",
  /^!?(?:[^\s*!]+\*?|\*)$/,
);
/** What takes away comes after what gives. */
const firstEvent: Leaf = {
  ...text(
    "the name of an event, or a pattern that gives something, such as 'health.*'",
    /^(?:[^\s*!]+\*?|\*)$/,
  ),
  fix: (value) =>
    typeof value === 'string' && value.startsWith('!')
      ? "Begin with '*' for all events."
      : event.fix?.(value),
};

const ascending: Relation = ({ initialDelay, maxDelay }, report) => {
  const most = parseDuration(maxDelay);
  if (most !== undefined && (parseDuration(initialDelay) ?? 0) > most) {
    report('initialDelay', `at most maxDelay, which is ${maxDelay}`, 'Lower it, or raise maxDelay.');
  }
};

const both: Relation = (values, report) => {
  for (const key of ['count', 'per']) {
    if (values[key] === undefined)
      report(key, 'both count and per', "Write it as in { count: 1, per: '1s' }.");
  }
};

/** What all channels can be told. What is right here is right to the channels, which are loaded later. */
const settings: { readonly [Key in keyof ChannelSettings]-?: Rule } = {
  events: { ...oneOrMore(event), first: firstEvent },
  minSeverity: choice(SEVERITIES),
  filter: inCodeOnly(
    leaf('a function', (value) => typeof value === 'function'),
    NO_FUNCTIONS,
    IN_CODE,
  ),
  title: template('{{severity}}: {{title}}'),
  text: template('{{payload.reason}}'),
  timeout: duration(),
  deadline: age('no zero', Number.MAX_SAFE_INTEGER),
  retry: fieldsOf<RetrySettings>(
    { initialDelay: duration(), maxDelay: duration(), maxAttempts: count },
    { relations: [ascending] },
  ),
  rateLimit: fieldsOf<RateLimit>({ count, per: duration() }, { switched: 'off', relations: [both] }),
  circuitBreaker: fieldsOf<CircuitBreakerSettings>(
    { failures: count, pause: duration() },
    { switched: 'off' },
  ),
  queue: fieldsOf<QueueSettings>({ maxNotifications: count, maxBytes: count }),
  batchDelay: duration('zero'),
  batchSize: count,
};

/** The settings of a channel of the user's own. */
export const channelSettings: Fields = fieldsOf<ChannelSettings>(settings);

/** Fields of a kind of channel, with those that all have; `relations`: what must be there, and what goes together. */
export function channelFields<Options extends ChannelSettings & { readonly name?: string | undefined }>(
  own: { readonly [Key in Exclude<keyof Options, keyof ChannelSettings | 'name'>]-?: Rule },
  ...relations: Relation[]
): Fields {
  return { kind: 'fields', fields: { name: channelName, ...settings, ...own }, relations };
}

/** One of these must be there: each is a key, or several that go together. */
export function needs(...ways: readonly (string | readonly string[])[]): Relation {
  const all = ways.map((way) => (typeof way === 'string' ? [way] : way));
  return (values, report) => {
    const isThere = (key: string): boolean => values[key] !== undefined;
    if (all.some((way) => way.every(isThere))) return;
    const begun = all.find((way) => way.some(isThere)) ?? all[0] ?? [];
    report(begun.find((key) => !isThere(key)) ?? '', all.map((way) => way.join(' with ')).join(', or '));
  };
}
