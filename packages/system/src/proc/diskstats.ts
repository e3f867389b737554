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
/** Major, minor, name and the rest. */
const LINE = /^ *\d+ +\d+ +(\S+) +(\S.*)$/;
/** Numbers of a disk; later kernels add discards and flushes. */
const LEAST_NUMBERS = 11;

/**
 * Reads `/proc/diskstats` (kernel, Documentation/admin-guide/iostats.rst). Those that are not wanted are not read further
 * than their names; the short lines of partitions before 2.6.25 are left out.
 */
export function parseDiskstats(
  text: string,
  isWanted: (device: string) => boolean = () => true,
): DiskStats[] | undefined {
  let isKnown = false;
  const disks: DiskStats[] = [];
  for (const line of text.split('\n')) {
    const [, device = '', rest = ''] = LINE.exec(line) ?? [];
    if (device === '') continue;
    isKnown = true;
    const disk = isWanted(device) ? diskOf(device, rest) : undefined;
    if (disk !== undefined) disks.push(disk);
  }
  return isKnown ? disks : undefined;
}

function diskOf(device: string, text: string): DiskStats | undefined {
  const numbers = text.split(' ', LEAST_NUMBERS).map(Number);
  if (
    numbers.length < LEAST_NUMBERS ||
    !numbers.every((number) => number >= 0 && number < Number.POSITIVE_INFINITY)
  ) {
    return undefined;
  }
  const [reads = 0, readsMerged = 0, read = 0, readMillis = 0, writes = 0, writesMerged = 0, written = 0] =
    numbers;
  const [writeMillis = 0, , ioMillis = 0] = numbers.slice(7);
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
