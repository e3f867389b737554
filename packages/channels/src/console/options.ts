import { Writable } from 'node:stream';
import { describeValue, OptionReader } from '@org/instrument-core';
import { FOR_LOGS } from '../selection/selection.ts';
import { CHANNEL_SETTINGS, readSettings } from '../settings/read-settings.ts';
import type { ChannelSettings } from '../settings.ts';
import type { ConsoleOptions } from './console-channel.ts';

/** Options with the defaults filled in. */
export interface ConsoleSettings {
  readonly name: string;
  readonly stream: 'stderr' | 'stdout' | Writable;
  readonly format: 'text' | 'json';
  readonly settings: ChannelSettings;
}

/** @throws {InstrumentError} with all that is wrong. */
export function readOptions(options: ConsoleOptions): ConsoleSettings {
  const read = new OptionReader(options, [...CHANNEL_SETTINGS, 'name', 'stream', 'format']);
  const stream = read.raw('stream') ?? 'stderr';
  const isStream = stream === 'stderr' || stream === 'stdout' || stream instanceof Writable;
  if (!isStream) read.add('stream', describeValue(stream), "'stderr', 'stdout' or a writable stream");
  const settings: ConsoleSettings = {
    name: read.text('name', 'console'),
    stream: isStream ? stream : 'stderr',
    format: read.oneOf('format', 'text', ['text', 'json']),
    settings: readSettings(read, FOR_LOGS),
  };
  read.done('The options of the console channel are wrong');
  return settings;
}
