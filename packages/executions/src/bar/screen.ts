import type { WriteStream } from 'node:tty';
import { guardStream, reportFault } from '@org/instrument-core';
import type { MultiBar, Options, SingleBar } from 'cli-progress';
import type { ExecutionOutcome } from '../events.ts';
import type { ExecutionRun } from '../execution.ts';
import type { Progress } from '../progress.ts';
import { lineOf } from './line.ts';
import type { CliProgress } from './load-cli-progress.ts';
import { type WatchedTerminal, watchWrites } from './other-writes.ts';

/** Size of a terminal that does not say it, or says 0, as those of serial lines and containers do. */
const DEFAULT_ROWS = 24;
const DEFAULT_COLUMNS = 80;
const FRAMES_PER_SECOND = 10;
const LINE_FEED = 0x0a;
/** Work that never lets go of the event loop is shown when it reports its progress; not more often than this. */
const STALE_MILLIS = 200;

interface Row {
  readonly bar: SingleBar;
  readonly name: string;
  readonly progress: () => Progress;
  outcome: ExecutionOutcome | undefined;
}

/** Of the library's terminal, what is no part of its types, but of every release of version 3. */
interface BarTerminal {
  cursorRelativeReset(): void;
  clearBottom(): void;
}

interface Payload {
  readonly text: (bar: (share: number) => string) => string;
}

/**
 * The part of a terminal where executions are shown, one row each, from the first that begins until the last has ended. What
 * others write meanwhile stands above it, at once: the rows make room, and are drawn again below it with the next frame.
 */
export class Screen {
  readonly #library: CliProgress;
  readonly #stream: WriteStream;
  readonly #width: number;
  readonly #maxRows: number;
  readonly #rows = new Map<string, Row>();
  #bars: MultiBar | undefined;
  #drawnMillis = 0;
  /** Rows stand on the screen, the cursor at the end of the last. */
  #isDrawn = false;
  /** Rows are no longer where they were drawn. */
  #isMoved = false;
  /** What others have written last ends within a line. */
  #isWithinLine = false;
  #terminal: WatchedTerminal | undefined;
  #endGuard = (): void => {};

  constructor(library: CliProgress, stream: WriteStream, width: number, maxRows: number) {
    this.#library = library;
    this.#stream = stream;
    this.#width = width;
    this.#maxRows = maxRows;
  }

  /** Whether something is shown. */
  get isOpen(): boolean {
    return this.#bars !== undefined;
  }

  get #columns(): number {
    return this.#stream.columns || DEFAULT_COLUMNS;
  }

  /** Shows an execution, unless there is no room for it. Whether there was. */
  add(id: string, run: ExecutionRun): boolean {
    if (this.#rows.size >= Math.min(this.#maxRows, Math.max(1, (this.#stream.rows || DEFAULT_ROWS) - 1)))
      return false;
    this.#bars ??= this.#open();
    const bar = this.#bars.create(0, 0, { text: () => run.name });
    if (bar === null) return false;
    this.#rows.set(id, { bar, name: run.name, progress: () => run.progress(), outcome: undefined });
    this.#unref();
    return true;
  }

  /** Draws again, when the timer has had no chance to. */
  refresh(): void {
    if (this.#bars === undefined || Date.now() - this.#drawnMillis < STALE_MILLIS) return;
    this.#bars.update();
  }

  /** An execution has ended, or is not to be shown any more. The last row stays; the others become lines above those that go on. */
  remove(id: string, outcome?: ExecutionOutcome): void {
    const row = this.#rows.get(id);
    if (row === undefined || this.#bars === undefined) return;
    row.outcome = outcome;
    if (this.#rows.size === 1) {
      this.close();
      return;
    }
    this.#rows.delete(id);
    this.#isMoved = true;
    this.#bars.log(`${this.#lineOf(row, row.progress(), this.#bar)}\n`);
    this.#bars.remove(row.bar);
    this.#unref();
  }

  /** Leaves everything as it stands, and the cursor below it. */
  close(): void {
    const bars = this.#bars;
    if (bars === undefined) return;
    this.#bars = undefined;
    this.#isDrawn = false;
    process.off('exit', this.#onExit);
    try {
      this.#endLine();
      for (const row of this.#rows.values()) this.#draw(row);
      bars.stop();
    } finally {
      this.#rows.clear();
      this.#terminal?.stop();
      this.#terminal = undefined;
      // What was written last may fail a little later.
      this.#endGuard();
    }
  }

  readonly #onExit = (): void => {
    try {
      this.close();
    } catch (fault) {
      reportFault('executions', 'ending the progress bar', fault);
    }
  };

  #open(): MultiBar {
    const terminal = watchWrites(this.#stream, {
      before: () => this.#clear(),
      after: (chunk) => this.#written(chunk),
    });
    this.#terminal = terminal;
    const bars = new this.#library.MultiBar({ ...this.#options(), stream: terminal.own });
    bars.on('redraw-pre', () => {
      this.#drawnMillis = Date.now();
      this.#endLine();
      for (const row of this.#rows.values()) this.#draw(row);
    });
    bars.on('redraw-post', () => {
      this.#isMoved = false;
      this.#isDrawn = true;
    });
    // It sets a timer for each redraw, which must not keep the process alive.
    bars.on('update-post', () => this.#unref());
    process.on('exit', this.#onExit);
    // A terminal that has gone away is no fault of the application's.
    this.#endGuard = guardStream(this.#stream);
    return bars;
  }

  /** Takes the rows away, so that what comes stands in their place. */
  #clear(): void {
    if (this.#bars === undefined || !this.#isDrawn) return;
    const { terminal } = this.#bars as unknown as { readonly terminal: BarTerminal };
    terminal.cursorRelativeReset();
    terminal.clearBottom();
    this.#isDrawn = false;
    this.#isMoved = true;
  }

  /** What was printed last stays as it is, and goes on below the rows. */
  #endLine(): void {
    if (this.#isWithinLine) this.#terminal?.own.write('\n');
    this.#isWithinLine = false;
  }

  #written(chunk: unknown): void {
    const end = typeof chunk === 'string' || chunk instanceof Uint8Array ? chunk.at(-1) : undefined;
    if (end !== undefined) this.#isWithinLine = end !== '\n' && end !== LINE_FEED;
  }

  #options(): Options {
    return {
      fps: FRAMES_PER_SECOND,
      barsize: this.#width,
      barCompleteChar: '█',
      barIncompleteChar: '░',
      barCompleteString: '█'.repeat(this.#width),
      barIncompleteString: '░'.repeat(this.#width),
      // Its default is not there where a bar is drawn without a row.
      barGlue: '',
      // Nothing of the terminal is changed, so that nothing has to be put back, whatever ends the process; and its
      // handlers of signals would keep Ctrl-C from ending it.
      hideCursor: false,
      linewrap: true,
      gracefulExit: false,
      format: (options, _params, { text }: Payload) => {
        // It draws a row only when its text has changed; what another row has left in its place would stay.
        options.forceRedraw = this.#isMoved;
        return text(this.#bar);
      },
    };
  }

  readonly #bar = (share: number): string => this.#library.Format.BarFormat(share, this.#options());

  #draw(row: Row): void {
    const state = row.progress();
    row.bar.setTotal(state.total ?? 0);
    row.bar.update(state.processed, {
      text: (draw: (share: number) => string) => this.#lineOf(row, state, draw),
    });
  }

  #lineOf({ name, outcome }: Row, state: Progress, draw: (share: number) => string): string {
    return lineOf(name, state, draw, { columns: this.#columns, outcome });
  }

  #unref(): void {
    // The timer is no part of its types, but of every release of version 3.
    (this.#bars as { readonly timer?: NodeJS.Timeout | null } | undefined)?.timer?.unref();
  }
}
