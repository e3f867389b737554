import cliProgress from 'cli-progress';
import { perMinute, whole } from './numbers.ts';
import type { Tally } from './tally.ts';

/** Milliseconds between two updates: a bar moves, lines do not flood a log. */
const BAR_MILLIS = 100;
const LINE_MILLIS = 1000;

/** What progress is told of. */
export interface ProgressState {
  readonly tally: Tally;
  /** Rounds begun. */
  readonly round: number;
  /** Files counted when the round began. */
  readonly filesBefore: number;
  /** Files of the round before; `undefined` in the first, whose end nobody knows. */
  readonly expected: number | undefined;
}

/**
 * Shows the state: a bar that is redrawn on a terminal, a line per second elsewhere. Returns what ends it, with a
 * last update.
 */
export function showProgress(state: () => ProgressState, out: NodeJS.WriteStream): () => void {
  const started = performance.now();
  const summary = (): string => summarize(state(), (performance.now() - started) / 1000);
  return out.isTTY ? showBar(state, summary, out) : showLines(summary, out);
}

/** `round 1 · 12,345 files · 45,678 files/min · 3 errors · 16 s` */
export function summarize({ tally, round }: ProgressState, seconds: number): string {
  const { files, succeeded } = tally;
  const rate = whole(perMinute(files, seconds));
  return `round ${round} · ${whole(files)} files · ${rate} files/min · ${whole(files - succeeded)} errors · ${whole(seconds)} s`;
}

function showLines(summary: () => string, out: NodeJS.WriteStream): () => void {
  const print = (): boolean => out.write(`${summary()}\n`);
  const timer = setInterval(print, LINE_MILLIS);
  return () => {
    clearInterval(timer);
    print();
  };
}

function showBar(state: () => ProgressState, summary: () => string, out: NodeJS.WriteStream): () => void {
  const bar = new cliProgress.SingleBar({
    stream: out,
    hideCursor: true,
    // Signals are ours: the work under way is finished first.
    gracefulExit: false,
    barsize: 24,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    format: (options, { progress }) =>
      state().expected === undefined
        ? summary()
        : `${cliProgress.Format.BarFormat(progress, options)} ${summary()}`,
  });
  const update = (): void => {
    const { tally, filesBefore, expected } = state();
    bar.setTotal(expected ?? 0);
    bar.update(tally.files - filesBefore);
  };
  bar.start(0, 0);
  const timer = setInterval(update, BAR_MILLIS);
  return () => {
    clearInterval(timer);
    update();
    bar.stop();
  };
}
