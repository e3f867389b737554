const WHOLE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** `12,345` */
export function whole(value: number): string {
  return WHOLE.format(value);
}

/** `0.42 %`; three significant digits below 1 %. */
export function percent(share: number): string {
  const value = share * 100;
  return `${value !== 0 && Math.abs(value) < 1 ? value.toPrecision(3) : value.toFixed(2)} %`;
}

/** `1.23` milliseconds; a dash when there is no value. */
export function milliseconds(value: number | undefined): string {
  if (value === undefined) return '–';
  return value < 10 ? value.toFixed(3) : value.toFixed(1);
}

/** `12.3 MiB` */
export function mebibytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}

/** Files per minute; 0 when no time has passed. */
export function perMinute(files: number, seconds: number): number {
  return seconds > 0 ? (files / seconds) * 60 : 0;
}

/** The middle value; the mean of the middle two. NaN for nothing. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
