import type { ExecutionOutcome } from '../events.ts';
import type { Progress } from '../progress.ts';

const SECOND_MILLIS = 1_000;
const MINUTE_SECONDS = 60;
const HOUR_SECONDS = 3_600;
/** Below that, a rate is shown with a decimal. */
const SLOW = 10;

/** Parts of a line that can be left out, the first of them first. */
const DISPENSABLE = ['rate', 'time', 'counts', 'bar', 'failed', 'share', 'end'] as const;
type Part = (typeof DISPENSABLE)[number];
type Parts = Partial<Record<Part, string | undefined>>;

/** How an execution ended, where the counts do not tell. */
const END_TEXTS: Readonly<Partial<Record<ExecutionOutcome, string>>> = {
  failed: 'stopped by an error',
  cancelled: 'cancelled',
};

/** What there is to say beside the progress. */
export interface LineOptions {
  /** Default as many as it takes. */
  readonly columns?: number | undefined;
  /** Once it has ended. */
  readonly outcome?: ExecutionOutcome | undefined;
}

/**
 * The text of one execution: `nightly ████░░░░ 50 % · 1,200/2,400 · 310/s · 4 s left · 2 failed`. Where it has no room in so many
 * columns, parts are left out as a whole: a number that is cut is another number.
 */
export function lineOf(
  name: string,
  progress: Progress,
  bar: (share: number) => string,
  { columns = Number.POSITIVE_INFINITY, outcome }: LineOptions = {},
): string {
  const { processed, failed, total, percentage, ratePerSecond, elapsedMillis } = progress;
  const parts: Parts = {
    ...(percentage === undefined ? {} : { bar: bar(percentage / 100), share: `${Math.floor(percentage)} %` }),
    counts: total === undefined ? `${whole(processed)} items` : `${whole(processed)}/${whole(total)}`,
    rate: `${rateText(ratePerSecond)}/s`,
    time: (outcome === undefined ? leftText(progress) : undefined) ?? durationText(elapsedMillis),
    ...(failed > 0 ? { failed: `${whole(failed)} failed` } : {}),
    end: outcome === undefined ? undefined : END_TEXTS[outcome],
  };
  let line = joined(name, parts);
  for (const part of DISPENSABLE) {
    if (line.length <= columns) break;
    delete parts[part];
    line = joined(name, parts);
  }
  return line.length <= columns ? line : `${line.slice(0, Math.max(0, columns - 1))}…`;
}

function joined(name: string, { bar, share, counts, rate, time, failed, end }: Parts): string {
  const head = [name, bar, share].filter((part) => part !== undefined).join(' ');
  return [head, counts, rate, time, failed, end].filter((part) => part !== undefined).join(' · ');
}

function leftText({ remainingMillis }: Progress): string | undefined {
  if (remainingMillis === undefined || remainingMillis === 0) return undefined;
  return `${durationText(remainingMillis)} left`;
}

/** `42 s`, `3 min 20 s`, `2 h 5 min`. */
export function durationText(millis: number): string {
  const seconds = Math.ceil(millis / SECOND_MILLIS);
  if (seconds < MINUTE_SECONDS) return `${seconds} s`;
  if (seconds < HOUR_SECONDS)
    return `${Math.floor(seconds / MINUTE_SECONDS)} min ${seconds % MINUTE_SECONDS} s`;
  const minutes = Math.round(seconds / MINUTE_SECONDS);
  return `${whole(Math.floor(minutes / 60))} h ${minutes % 60} min`;
}

function rateText(rate: number): string {
  return rate < SLOW ? rate.toFixed(1) : whole(rate);
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en');
}
