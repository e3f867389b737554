/**
 * Lines in packets, one behind the other in one buffer, with a line feed behind each line. Packet `i` has the bytes from
 * `starts[i]` to `ends[i]`, the line feed at `ends[i]` not among them.
 */
export interface Batch {
  readonly bytes: Buffer;
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  /** Lines of each packet. */
  readonly lines: readonly number[];
}

/** Lines of all packets, or of those from `first` on. */
export function lineCount({ lines }: Batch, first: number = 0): number {
  let count = 0;
  for (let i = first; i < lines.length; i++) count += lines[i] as number;
  return count;
}
