import type { Progress } from '../progress.ts';

const SECOND_MILLIS = 1_000;
const MINUTE_SECONDS = 60;
const HOUR_SECONDS = 3_600;
/** Below that, a rate is shown with a decimal. */
const SLOW = 10;

/** The text of one execution: `nightly ████░░░░ 50 % · 1,200/2,400 · 310/s · 4 s left · 2 failed`. */
export function lineOf(name: string, progress: Progress, bar: (share: number) => string): string {
  const { processed, failed, total, percentage, ratePerSecond, elapsedMillis } = progress;
  const head =
    percentage === undefined ? name : `${name} ${bar(percentage / 100)} ${Math.floor(percentage)} %`;
  return [
    head,
    total === undefined ? `${whole(processed)} items` : `${whole(processed)}/${whole(total)}`,
    `${rateText(ratePerSecond)}/s`,
    leftText(progress) ?? `${durationText(elapsedMillis)}`,
    ...(failed > 0 ? [`${whole(failed)} failed`] : []),
  ].join(' · ');
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
