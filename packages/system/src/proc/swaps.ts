import { unescapeOctal } from './unescape-octal.ts';

/** A swap area. */
export interface Swap {
  readonly device: string;
  readonly totalBytes: number;
  readonly usedBytes: number;
}

const LINE = /^(\S+)\s+\S+\s+(\d{1,16})\s+(\d{1,16})(?:\s|$)/;
const BYTES_PER_KIB = 1_024;

/** Reads `/proc/swaps` (proc_swaps(5)): a header, and a line per area with its size and use in KiB. */
export function parseSwaps(text: string): Swap[] | undefined {
  if (!text.startsWith('Filename')) return undefined;
  // Most machines have none, and the header only.
  if (text.indexOf('\n') >= text.length - 1) return [];
  return text.split('\n').flatMap((line) => {
    const match = LINE.exec(line);
    if (match === null) return [];
    const totalBytes = Number(match[2]) * BYTES_PER_KIB;
    const usedBytes = Math.min(totalBytes, Number(match[3]) * BYTES_PER_KIB);
    return [{ device: unescapeOctal(match[1] as string), totalBytes, usedBytes }];
  });
}
