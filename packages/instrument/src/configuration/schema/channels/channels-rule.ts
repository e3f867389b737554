import type { Channel } from '@org/instrument-channels';
import type { ChannelsInitOptions, ChannelType } from '../../../options.ts';
import { age, leaf, list, text } from '../leaves.ts';
import { type Fields, fieldsOf, type Leaf, type Relation, type Rule } from '../rule.ts';
import { email } from './email-rule.ts';
import { discord, pagerDuty, slack, teams } from './for-people.ts';
import { console, elastic, file, splunk } from './for-systems.ts';
import { channelName, channelSettings, count } from './settings-rule.ts';
import { webhook } from './webhook-rule.ts';

/** The kinds of channels that a file can name, by the factory that makes them. */
export const TYPES: Readonly<Record<ChannelType, Fields>> = {
  console,
  file,
  webhook,
  slack,
  teams,
  discord,
  pagerDuty,
  email,
  elastic,
  splunk,
};

/** A channel as a factory makes it, or one of the user's own. */
const channel: Leaf = leaf(
  'a channel: what slack({ … }) and its like return, or an object with name and deliver()',
  (value) => {
    const { name, deliver } = (value ?? {}) as Partial<Channel>;
    return typeof name === 'string' && typeof deliver === 'function';
  },
  {
    parts: {
      name: channelName,
      maxBatch: leaf(
        'an integer of at least 1, or Infinity',
        (value) => value === Number.POSITIVE_INFINITY || count.accepts(value),
      ),
      settings: channelSettings,
      close: leaf('a function', (value) => typeof value === 'function'),
    },
    // It may hold a secret.
    describe: (value) => (typeof value === 'object' && value !== null ? 'an object' : `a ${typeof value}`),
    fix: (value) =>
      typeof value === 'object' && value !== null && 'type' in value
        ? 'In code, make it with its factory, from @org/instrument/channels; types stand in configuration files.'
        : undefined,
  },
);

const each: Rule = {
  kind: 'by-place',
  code: channel,
  file: { kind: 'variants', key: 'type', of: TYPES },
};

/** Outboxes and metrics go by the names of channels. */
const namesDiffer: Relation = ({ to }, report) => {
  if (!Array.isArray(to)) return;
  const names = to.map((each: { name?: unknown; type?: unknown } | null) => each?.name ?? each?.type);
  for (const [i, name] of names.entries()) {
    const first = names.indexOf(name);
    if (name === undefined || first === i) continue;
    const key = to[i].name === undefined ? 'type' : 'name';
    const fix = `Give it a name of its own, such as name: ${JSON.stringify(`${String(name)}-2`)}.`;
    report(`to[${i}].${key}`, 'a name that no channel before it has', fix);
  }
};

/** The option `channels`. */
export const channels: Fields = fieldsOf<ChannelsInitOptions>(
  {
    to: list('a list of channels', each),
    directory: text('the path of a directory that lasts'),
    closeTimeout: age('zero'),
  },
  { switched: 'off', listAs: 'to', relations: [namesDiffer] },
);
