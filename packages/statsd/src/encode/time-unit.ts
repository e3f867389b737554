/** Milliseconds of UCUM's units of time, with the spellings that are in use. */
const MILLIS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** What a value of this unit is multiplied by to be in milliseconds; 1 for what is no time. */
export function millisPerUnit(unit: string): number {
  return Object.hasOwn(MILLIS, unit) ? (MILLIS[unit] as number) : 1;
}
