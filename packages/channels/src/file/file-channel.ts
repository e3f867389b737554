import type { Duration } from '@org/instrument-core';
import type { Channel } from '../channel.ts';
import { LineQueue } from '../lines/line-queue.ts';
import type { ChannelSettings } from '../settings.ts';
import { readOptions } from './options.ts';
import { RotatingFile } from './rotating-file.ts';
import { writeBatch } from './write-batch.ts';

/** Lines of one write. */
const MAX_BATCH = 500;

/** What {@link fileChannel} is given. */
export interface FileOptions extends ChannelSettings {
  /** Default `file`. */
  readonly name?: string | undefined;
  /** The file; directories on the way are made when they are not there. */
  readonly path: string;
  /** Bytes after which a new file is begun. Default 64 MiB; `false`: never by size. */
  readonly maxBytes?: number | false | undefined;
  /** Age after which a new file is begun, with the first line that comes then. Default: never by age. */
  readonly maxAge?: Duration | undefined;
  /** Rotated files that are kept; older ones are removed. Default 10. */
  readonly maxFiles?: number | undefined;
  /** Whether rotated files are compressed with gzip. Default `false`. */
  readonly compress?: boolean | undefined;
  /** Whether each write is brought to the disk, so that it outlasts a loss of power. Default `false`. */
  readonly sync?: boolean | undefined;
}

/**
 * Appends a line of JSON for each notification to a file, which is rotated: `events.ndjson` becomes
 * `events.ndjson.20240229T123456789Z`. Several processes may write to one file. What was delivered is in the file; what a full disk
 * took a part of is taken out again, and delivered later. A file that was moved away, as logrotate does, is begun anew.
 *
 * @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT` with all that is wrong with the options.
 */
export function fileChannel(options: FileOptions): Channel {
  const { name, settings, ...rotation } = readOptions(options);
  const file = new RotatingFile(rotation);
  const lines = new LineQueue(`The file ${rotation.path}`, (batch) => writeBatch(file, batch));
  return {
    name,
    settings,
    maxBatch: MAX_BATCH,
    deliver: (batch, { signal }) => lines.deliver(batch, signal),
    close: async () => {
      await lines.settled();
      await file.close();
    },
  };
}
