import { OptionReader } from '@org/instrument-core';
import { FOR_PEOPLE } from '../selection/selection.ts';
import { CHANNEL_SETTINGS, readSettings } from '../settings/read-settings.ts';
import type { ChannelSettings } from '../settings.ts';

/** What all channels for people take. */
export interface ForPeopleOptions extends ChannelSettings {
  readonly name?: string | undefined;
}

/** Begins to read the options of a channel for people: the common ones, with the defaults of the kind. */
export function readForPeople<O extends ForPeopleOptions>(
  options: O,
  own: readonly (keyof O & string)[],
  kind: string,
  defaults: ChannelSettings,
): { readonly read: OptionReader<O>; readonly name: string; readonly settings: ChannelSettings } {
  const read = new OptionReader<O>(options, ['name', ...CHANNEL_SETTINGS, ...own]);
  const settings = readSettings(read, { ...FOR_PEOPLE, ...defaults });
  return { read, name: read.text('name', kind), settings };
}
