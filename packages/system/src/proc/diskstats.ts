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
/** Major, minor, name and eleven numbers; later kernels add discards and flushes. */
const LEAST_FIELDS = 14;

/** Reads `/proc/diskstats` (kernel, Documentation/admin-guide/iostats.rst). The short lines of partitions before 2.6.25 are left out. */
export function parseDiskstats(text: string): DiskStats[] | undefined {
  const disks = text.split('\n').flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    if (fields.length < LEAST_FIELDS) return [];
    const numbers = fields.slice(3, LEAST_FIELDS).map(Number);
    if (!numbers.every((number) => Number.isFinite(number) && number >= 0)) return [];
    const [reads = 0, readsMerged = 0, read = 0, readMillis = 0, writes = 0, writesMerged = 0, written = 0] =
      numbers;
    const [writeMillis = 0, , ioMillis = 0] = numbers.slice(7);
    return [
      {
        device: fields[2] as string,
        reads,
        readsMerged,
        readBytes: read * SECTOR_BYTES,
        readSeconds: readMillis / MILLIS_PER_SECOND,
        writes,
        writesMerged,
        writtenBytes: written * SECTOR_BYTES,
        writeSeconds: writeMillis / MILLIS_PER_SECOND,
        ioSeconds: ioMillis / MILLIS_PER_SECOND,
      },
    ];
  });
  return disks.length === 0 ? undefined : disks;
}
