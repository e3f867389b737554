import type { WriteStream } from 'node:tty';
import { describeValue, OptionReader } from '@org/instrument-core';
import type { ExecutionHooks } from '../hooks.ts';
import { loadCliProgress } from './load-cli-progress.ts';
import { Screen } from './screen.ts';

const DEFAULT_WIDTH = 24;
const DEFAULT_MAX_ROWS = 10;

/** Options of {@link progressBar}. */
export interface ProgressBarOptions {
  /** Where it is shown. Default standard error, so that standard output can be piped. */
  readonly stream?: (NodeJS.WritableStream & { readonly isTTY?: boolean }) | undefined;
  /** Default: when the stream is a terminal, other than a `dumb` one, and the variable `CI` is not set. */
  readonly enabled?: boolean | undefined;
  /** Columns of the bar itself. Default 24. */
  readonly width?: number | undefined;
  /** Executions shown at once; more have no row. Default 10, and never more than the terminal has rows. */
  readonly maxRows?: number | undefined;
}

/** Hooks that show executions in a terminal. */
export interface ProgressBar extends ExecutionHooks {
  /** Leaves what is shown as it stands. Executions that begin later are shown again. */
  stop(): void;
}

/**
 * Hooks that show executions as bars in a terminal, several at once if need be: for one execution (`hooks: progressBar()`), or
 * for all of them (`addExecutionHooks(progressBar())`). Where there is no terminal they do nothing. They leave the cursor and
 * the settings of the terminal alone, handle no signal, and never keep the process alive.
 *
 * Without the package `cli-progress` there is no bar, and a warning through OpenTelemetry's `diag`, once.
 *
 * @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT` when an option is wrong.
 */
export function progressBar(options: ProgressBarOptions = {}): ProgressBar {
  const reader = new OptionReader<ProgressBarOptions>(options, ['stream', 'enabled', 'width', 'maxRows']);
  const stream = reader.raw('stream') ?? process.stderr;
  if (typeof (stream as Partial<WriteStream> | null)?.write !== 'function') {
    reader.add('stream', describeValue(stream), 'a stream that can be written to');
  }
  const isEnabled = reader.flag('enabled', isTerminal(stream as WriteStream, process.env));
  const width = reader.number('width', DEFAULT_WIDTH, { min: 1, max: 200, isInteger: true });
  const maxRows = reader.number('maxRows', DEFAULT_MAX_ROWS, { min: 1, isInteger: true });
  reader.done('The progress bar cannot be shown');
  // Its library draws on terminals only, whatever was asked for.
  if (!isEnabled || (stream as WriteStream).isTTY !== true) return { stop() {} };
  const library = loadCliProgress();
  if (library === undefined) return { stop() {} };
  const shown = new Map<string, Screen>();
  return {
    before: ({ run: id }, run) => {
      const screen = screenOf(
        stream as WriteStream,
        () => new Screen(library, stream as WriteStream, width, maxRows),
      );
      if (screen.add(id, run)) shown.set(id, screen);
    },
    onProgress: ({ run: id }) => shown.get(id)?.refresh(),
    after({ run: id, outcome }) {
      shown.get(id)?.remove(id, outcome);
      shown.delete(id);
    },
    stop() {
      for (const [id, screen] of shown) screen.remove(id);
      shown.clear();
    },
  };
}

/** Two screens would draw over each other: what is shown on one terminal at a time shares one, the first one's. */
const screens = new WeakMap<WriteStream, Screen>();

function screenOf(stream: WriteStream, create: () => Screen): Screen {
  const current = screens.get(stream);
  if (current?.isOpen === true) return current;
  const screen = create();
  screens.set(stream, screen);
  return screen;
}

function isTerminal(stream: WriteStream | null, { CI, TERM }: NodeJS.ProcessEnv): boolean {
  if (stream?.isTTY !== true || TERM === 'dumb') return false;
  return CI === undefined || CI === '' || CI === 'false' || CI === '0';
}
