const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;
const NUMBER = new Intl.NumberFormat('en-US', { maximumFractionDigits: 3 });

/** A share as text: `99.95 %`. Three decimals, so that what is just below a target does not read as the target. */
export function percentText(share: number): string {
  return `${NUMBER.format(share * 100)} %`;
}

/** A number as text: `12,345.678`. */
export function numberText(value: number): string {
  return NUMBER.format(value);
}

/** Bytes as text, in powers of 1,024: `1.5 GiB`. */
export function bytesText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1_024 && unit < BYTE_UNITS.length - 1) {
    value /= 1_024;
    unit++;
  }
  return `${Number(value.toFixed(1))} ${BYTE_UNITS[unit]}`;
}

/** Milliseconds as text, in the largest unit of which there are two: `350 ms`, `90 s`, `36 h`. */
export function durationText(millis: number): string {
  const units = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['min', 60_000],
    ['s', 1_000],
  ] as const;
  const [unit, size] = units.find(([, length]) => millis >= 2 * length) ?? ['ms', 1];
  return `${Number((millis / size).toFixed(1))} ${unit}`;
}

/** A figure for the details: three decimals are enough. */
export function rounded(value: number): number {
  return Number(value.toFixed(3));
}

/** Whatever was thrown, as one line of at most 300 characters. */
export function errorText(error: unknown): string {
  return textOf(error).replaceAll(/\s+/g, ' ').slice(0, 300);
}

function textOf(error: unknown): string {
  // Node tries the addresses of a name one after another, and says nothing but that all of them failed.
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors.map(textOf).join('; ');
  // fetch says no more than "fetch failed"; why is in its cause.
  if (error instanceof TypeError && error.cause !== undefined) return textOf(error.cause);
  if (error instanceof Error) return error.message || (error as NodeJS.ErrnoException).code || error.name;
  return String(error);
}
