import { keyedNumber } from './keyed-number.ts';

/** What `/proc/vmstat` says of paging, since the machine started. */
export interface Vmstat {
  readonly minorFaults: number;
  readonly majorFaults: number;
  /** Pages read from swap. */
  readonly swappedIn: number | undefined;
  /** Pages written to swap. */
  readonly swappedOut: number | undefined;
}

/** Reads `/proc/vmstat` (proc_vmstat(5)): `pgfault` counts minor and major faults. */
export function parseVmstat(text: string): Vmstat | undefined {
  const faults = keyedNumber(text, 'pgfault');
  const majorFaults = keyedNumber(text, 'pgmajfault');
  if (faults === undefined || majorFaults === undefined) return undefined;
  return {
    minorFaults: Math.max(0, faults - majorFaults),
    majorFaults,
    swappedIn: keyedNumber(text, 'pswpin'),
    swappedOut: keyedNumber(text, 'pswpout'),
  };
}
