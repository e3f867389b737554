import { keyedNumber } from './keyed-number.ts';

/** What `/proc/self/status` says of the process. */
export interface ProcessStatus {
  readonly residentBytes: number | undefined;
  readonly virtualBytes: number | undefined;
  readonly threads: number | undefined;
}

const BYTES_PER_KIB = 1_024;

/** Reads `/proc/self/status` (proc_pid_status(5)). */
export function parseProcessStatus(text: string): ProcessStatus | undefined {
  const bytes = (key: string): number | undefined => {
    const kib = keyedNumber(text, key);
    return kib === undefined ? undefined : kib * BYTES_PER_KIB;
  };
  const status = {
    residentBytes: bytes('VmRSS'),
    virtualBytes: bytes('VmSize'),
    threads: keyedNumber(text, 'Threads'),
  };
  return Object.values(status).every((value) => value === undefined) ? undefined : status;
}
