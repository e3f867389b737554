import type {
  ChannelSettings,
  CircuitBreakerSettings,
  QueueSettings,
  RateLimit,
  RetrySettings,
} from '@org/instrument-channels';
import { choice, describeSecret, duration, integer, leaf, text, url } from './leaves.ts';
import { type Fields, fieldsOf, type Leaf, type Relation, type Rule } from './rule.ts';

const IN_CODE = 'Give the channel in code, as in channels: [slack({ … })].';

/** A function: a file has none. */
export const inCode: Leaf = leaf('nothing: functions cannot be written in a file', () => false, {
  fix: () => IN_CODE,
});

/** A text, or a list of texts, each of which fits `one`. */
export function oneOrMore(expected: string, one: RegExp = /\S/): Leaf {
  const fits = (value: unknown): boolean => typeof value === 'string' && one.test(value);
  return leaf(
    `${expected}, or a list of them`,
    (value) => fits(value) || (Array.isArray(value) && value.length > 0 && value.every(fits)),
    { reads: 'text' },
  );
}

/** A text that is not shown in messages. */
export const secret: Leaf = leaf(
  'a text that is not empty',
  (value) => typeof value === 'string' && value !== '',
  { reads: 'text', describe: describeSecret },
);

/** An address that may be a secret itself. */
export const secretUrl: Leaf = leaf(url.expected, url.accepts, { reads: 'text', describe: describeSecret });

/** Severities of notifications, least first. */
export const SEVERITIES: readonly string[] = ['info', 'warning', 'error', 'critical'];

const circuitBreaker = fieldsOf<CircuitBreakerSettings>(
  { failures: integer(1), pause: duration() },
  { switched: 'off' },
);

/** What all channels can be told, in a file. What is right here is right to the channels, which are loaded later. */
export const channelSettings: { readonly [Key in keyof ChannelSettings]-?: Rule } = {
  events: oneOrMore(
    "the name of an event, or a pattern such as 'health.*' or '!health.check.completed'",
    /^(\*|!?[\w.-]+\*?)$/,
  ),
  minSeverity: choice(SEVERITIES),
  filter: inCode,
  title: text("a template such as '{{severity}}: {{title}}'"),
  text: text("a template such as '{{payload.reason}}'"),
  timeout: duration(),
  deadline: duration(),
  retry: fieldsOf<RetrySettings>({ initialDelay: duration(), maxDelay: duration(), maxAttempts: integer(1) }),
  rateLimit: fieldsOf<RateLimit>({ count: integer(1), per: duration() }, { switched: 'off' }),
  circuitBreaker,
  queue: fieldsOf<QueueSettings>({ maxNotifications: integer(1), maxBytes: integer(1) }),
  batchDelay: duration('zero'),
  batchSize: integer(1),
};

/** Fields of a kind of channel, with those that all have; `needed`: what must be there. */
export function channelFields<Options extends ChannelSettings & { readonly name?: string | undefined }>(
  own: { readonly [Key in Exclude<keyof Options, keyof ChannelSettings | 'name'>]-?: Rule },
  ...needed: Relation[]
): Fields {
  return { kind: 'fields', fields: { name: text(), ...channelSettings, ...own }, relations: needed };
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
