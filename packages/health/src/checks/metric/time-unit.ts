// UCUM units of time, in milliseconds.
const MILLIS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 0.001,
  ms: 1,
  s: 1_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Milliseconds in a UCUM unit of time; `undefined` for other units. */
export function millisPer(unit: string): number | undefined {
  return Object.hasOwn(MILLIS, unit) ? MILLIS[unit] : undefined;
}
