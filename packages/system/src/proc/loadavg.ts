/** Mean length of the run queue over 1, 5 and 15 minutes. */
export type LoadAverage = readonly [number, number, number];

const START = /^(\d+\.?\d*) +(\d+\.?\d*) +(\d+\.?\d*)(?:\s|$)/;

/** Reads `/proc/loadavg` (proc_loadavg(5)). */
export function parseLoadavg(text: string): LoadAverage | undefined {
  const match = START.exec(text);
  return match === null ? undefined : [Number(match[1]), Number(match[2]), Number(match[3])];
}
