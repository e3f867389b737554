import { keyedNumber } from './keyed-number.ts';

/** Bytes that the process made a block device read or write. */
export interface ProcessIo {
  readonly readBytes: number;
  readonly writtenBytes: number;
}

/** Reads `/proc/self/io` (proc_pid_io(5)). Not there where the kernel has no I/O accounting, or the process may not look. */
export function parseProcessIo(text: string): ProcessIo | undefined {
  const readBytes = keyedNumber(text, 'read_bytes');
  const writtenBytes = keyedNumber(text, 'write_bytes');
  return readBytes === undefined || writtenBytes === undefined ? undefined : { readBytes, writtenBytes };
}
