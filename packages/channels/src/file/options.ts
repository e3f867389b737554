import { resolve } from 'node:path';
import { OptionReader } from '@org/instrument-core';
import { FOR_LOGS } from '../selection/selection.ts';
import { CHANNEL_SETTINGS, readSettings } from '../settings/read-settings.ts';
import type { ChannelSettings } from '../settings.ts';
import type { FileOptions } from './file-channel.ts';
import type { Rotation } from './rotating-file.ts';

const DEFAULT_MAX_BYTES = 64 * 1_024 * 1_024;
const DEFAULT_MAX_FILES = 10;

/** Options with the defaults filled in. */
export interface FileSettings extends Rotation {
  readonly name: string;
  readonly settings: ChannelSettings;
}

/** @throws {InstrumentError} with all that is wrong. */
export function readOptions(options: FileOptions): FileSettings {
  const own = ['name', 'path', 'maxBytes', 'maxAge', 'maxFiles', 'compress', 'sync'] as const;
  const read = new OptionReader(options, [...CHANNEL_SETTINGS, ...own]);
  const count = { min: 1, isInteger: true };
  const maxAgeMillis = read.millis('maxAge', undefined);
  if (maxAgeMillis === 0) read.add('maxAge', '0', 'a duration that is not zero');
  const settings: FileSettings = {
    name: read.text('name', 'file'),
    // Where the process goes later is no reason to write somewhere else.
    path: resolve(read.required('path', '/var/log/app/events.ndjson')),
    maxBytes: read.raw('maxBytes') === false ? undefined : read.number('maxBytes', DEFAULT_MAX_BYTES, count),
    maxAgeMillis,
    maxFiles: read.number('maxFiles', DEFAULT_MAX_FILES, count),
    compress: read.flag('compress', false),
    sync: read.flag('sync', false),
    settings: readSettings(read, FOR_LOGS),
  };
  read.done('The options of the file channel are wrong');
  return settings;
}
