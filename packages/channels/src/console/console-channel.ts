import type { Writable } from 'node:stream';
import type { Channel } from '../channel.ts';
import { jsonLine } from '../lines/json-line.ts';
import { LineQueue } from '../lines/line-queue.ts';
import type { ChannelSettings } from '../settings.ts';
import { readOptions } from './options.ts';
import { textLine } from './text-line.ts';
import { writeTo } from './write-to.ts';

/** Lines of one write. */
const MAX_BATCH = 100;

/** What {@link consoleChannel} is given. */
export interface ConsoleOptions extends ChannelSettings {
  /** Default `console`. */
  readonly name?: string | undefined;
  /** Where lines go. Default `stderr`, so that what a program says on its standard output stays its own. */
  readonly stream?: 'stderr' | 'stdout' | Writable | undefined;
  /** `text`, for people; `json`, for what collects the output of containers. Default `text`. */
  readonly format?: 'text' | 'json' | undefined;
}

/**
 * Writes a line for each notification. On a terminal, and where `NO_COLOR` is not set (no-color.org), text has colours.
 * Whatever a notification says, it stays one line, and cannot move the cursor.
 *
 * @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT` with all that is wrong with the options.
 */
export function consoleChannel(options: ConsoleOptions = {}): Channel {
  const { name, stream, format, settings } = readOptions(options);
  const destination = (): Writable => (typeof stream === 'string' ? process[stream] : stream);
  const lines = new LineQueue('The console', async (batch) => {
    const target = destination();
    const line = format === 'json' ? jsonLine : textLine(hasColours(target));
    await writeTo(target, batch.map(line).join(''));
    return [];
  });
  return {
    name,
    settings,
    maxBatch: MAX_BATCH,
    deliver: (batch, { signal }) => lines.deliver(batch, signal),
  };
}

function hasColours(stream: Writable): boolean {
  const { NO_COLOR: noColor = '', TERM: terminal } = process.env;
  return (stream as { isTTY?: boolean }).isTTY === true && noColor === '' && terminal !== 'dumb';
}
