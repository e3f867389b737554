import { columnsOf, endOfBlanks, endOfLine } from './columns.ts';
import { endOfDigits } from './digits.ts';

/** What `/proc/diskstats` says of a block device, since the machine started. */
export interface DiskStats {
  readonly device: string;
  readonly reads: number;
  readonly readsMerged: number;
  readonly readBytes: number;
  readonly readSeconds: number;
  readonly writes: number;
  readonly writesMerged: number;
  readonly writtenBytes: number;
  readonly writeSeconds: number;
  /** In which at least one request was under way. */
  readonly ioSeconds: number;
}

/** Whatever the device's own sectors are (kernel, Documentation/block/stat.rst). */
const SECTOR_BYTES = 512;
const MILLIS_PER_SECOND = 1_000;
/** Numbers of a disk; later kernels add discards and flushes. */
const COLUMNS = 11;

/**
 * Reads `/proc/diskstats` (kernel, Documentation/admin-guide/iostats.rst): major, minor, name and the numbers. Those that
 * are not wanted are not read further than their names; the short lines of partitions before 2.6.25 are left out.
 */
export function parseDiskstats(
  text: string,
  isWanted: (device: string) => boolean = () => true,
): DiskStats[] | undefined {
  let isKnown = false;
  const disks: DiskStats[] = [];
  for (let start = 0; start < text.length; ) {
    const end = endOfLine(text, start);
    const name = startOfName(text, start);
    const nameEnd = text.indexOf(' ', name);
    if (name > start && nameEnd > name && nameEnd < end) {
      isKnown = true;
      const device = text.slice(name, nameEnd);
      const disk = isWanted(device) ? diskOf(device, columnsOf(text, nameEnd, COLUMNS)) : undefined;
      if (disk !== undefined) disks.push(disk);
    }
    start = end + 1;
  }
  return isKnown ? disks : undefined;
}

/** Beyond the two numbers of the device; `start` itself, when the line does not begin with these. */
function startOfName(text: string, start: number): number {
  let at = endOfBlanks(text, start);
  for (let i = 0; i < 2; i++) {
    const end = endOfDigits(text, at);
    const next = endOfBlanks(text, end);
    if (end === at || next === end) return start;
    at = next;
  }
  return at;
}

function diskOf(device: string, columns: readonly number[]): DiskStats | undefined {
  if (columns.length < COLUMNS) return undefined;
  const [reads = 0, readsMerged = 0, read = 0, readMillis = 0, ...others] = columns;
  const [writes = 0, writesMerged = 0, written = 0, writeMillis = 0, , ioMillis = 0] = others;
  return {
    device,
    reads,
    readsMerged,
    readBytes: read * SECTOR_BYTES,
    readSeconds: readMillis / MILLIS_PER_SECOND,
    writes,
    writesMerged,
    writtenBytes: written * SECTOR_BYTES,
    writeSeconds: writeMillis / MILLIS_PER_SECOND,
    ioSeconds: ioMillis / MILLIS_PER_SECOND,
  };
}
