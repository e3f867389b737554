import { OptionReader, type Problem } from '@org/instrument-core';
import { SEVERITIES } from '../notification.ts';
import type { ChannelSettings } from '../settings.ts';
import { readDelivery } from './read-delivery.ts';
import { readEvents, readTemplate } from './read-words.ts';

/** Keys of {@link ChannelSettings}: what every factory takes besides its own. */
export const CHANNEL_SETTINGS: readonly (keyof ChannelSettings)[] = [
  'events',
  'minSeverity',
  'filter',
  'title',
  'text',
  'timeout',
  'deadline',
  'retry',
  'rateLimit',
  'circuitBreaker',
  'queue',
  'batchDelay',
  'batchSize',
];

/**
 * Takes what all channels can be told from the options of a factory. What is wrong is noted with the reader, and takes its
 * default; `defaults` are those of the kind of channel.
 */
export function readSettings<O extends ChannelSettings>(
  read: OptionReader<O>,
  defaults: ChannelSettings = {},
): ChannelSettings {
  const events = readEvents(read);
  const minSeverity = read.oneOf('minSeverity', undefined, SEVERITIES);
  const filter = read.callback<NonNullable<ChannelSettings['filter']>>('filter');
  const title = readTemplate(read, 'title');
  const text = readTemplate(read, 'text');
  const given: { -readonly [K in keyof ChannelSettings]: ChannelSettings[K] | undefined } = {
    events,
    minSeverity,
    filter,
    title,
    text,
    ...readDelivery(read),
  };
  const said = Object.entries(given).filter(([, value]) => value !== undefined);
  return Object.freeze({ ...defaults, ...Object.fromEntries(said) });
}

/**
 * What is wrong with the settings of a user's own channel. `prefix`: what stands before its keys in messages, with its dot
 * (`channels[1].settings.`).
 */
export function settingsProblems(settings: unknown, prefix: string): Problem[] {
  if (settings === undefined) return [];
  const read = new OptionReader<ChannelSettings>(settings as ChannelSettings, CHANNEL_SETTINGS, prefix);
  readSettings(read);
  return [...read.problems];
}
