import { join } from 'node:path';
import type { Attributes } from '@opentelemetry/api';
import type { Group, GroupContext } from '../group.ts';
import { InstrumentSet } from '../instrument-set.ts';
import { createNameFilter } from '../name-filter.ts';
import { perName } from '../per-name.ts';
import { parseDiskstats } from '../proc/diskstats.ts';
import { fileSource } from '../reading/source.ts';

/** Not disks: files, memory, drives whose medium may be missing, partitions that boot eMMC. */
const NO_DISK = /^(?:loop|z?ram|fd|sr|nbd)\d|^mmcblk\d+(?:boot|rpmb)/;
/** `sda1` of `sda`; `nvme0n1p1`, `mmcblk0p1`, `md0p1` of what ends with a digit itself. */
const PARTITION = /^(?:((?:[hsv]|xv)d[a-z]+)\d+|((?:nvme\d+n|mmcblk|md)\d+)p\d+)$/;

/** `system.disk.*`. */
export function createDisk({ meter, settings, files }: GroupContext): Group {
  const isShown = createNameFilter({
    include: settings.diskInclude,
    exclude: settings.diskExclude,
    isHidden: (name) => NO_DISK.test(name),
  });
  const includesSome = settings.diskInclude.length > 0;
  const isWanted = (name: string): boolean => includesSome || !NO_DISK.test(name);
  const source = fileSource(files, join(settings.procDirectory, 'diskstats'), (text) =>
    parseDiskstats(text, isWanted),
  );
  const set = new InstrumentSet(meter);
  const io = set.counter('system.disk.io', 'By', 'Bytes read and written');
  const operations = set.counter('system.disk.operations', '{operation}', 'Operations completed');
  const ioTime = set.counter('system.disk.io_time', 's', 'Time during which the disk had something to do');
  const operationTime = set.counter(
    'system.disk.operation_time',
    's',
    'Sum of the times that operations took',
  );
  const merged = set.counter(
    'system.disk.merged',
    '{operation}',
    'Operations that became part of another one',
  );
  const attributesOf = perName((name) => {
    const device = { 'system.device.name': name };
    const direction = (word: string): Attributes => ({ ...device, 'disk.io.direction': word });
    return { device, read: direction('read'), write: direction('write') };
  });
  const wholeOf = perName(diskOfPartition);
  source.read();
  return {
    observables: set.all,
    observe(result) {
      const disks = source.read();
      const names = new Set(disks.map(({ device }) => device));
      for (const disk of disks) {
        // Some clouds give a machine `xvda1` without `xvda`: it is a disk then.
        const isPartition = !includesSome && names.has(wholeOf(disk.device));
        if (isPartition || !isShown(disk.device)) continue;
        const { device, read, write } = attributesOf(disk.device);
        result.observe(io, disk.readBytes, read);
        result.observe(io, disk.writtenBytes, write);
        result.observe(operations, disk.reads, read);
        result.observe(operations, disk.writes, write);
        result.observe(operationTime, disk.readSeconds, read);
        result.observe(operationTime, disk.writeSeconds, write);
        result.observe(merged, disk.readsMerged, read);
        result.observe(merged, disk.writesMerged, write);
        result.observe(ioTime, disk.ioSeconds, device);
      }
    },
  };
}

/** `sda` of `sda1`; nothing of what is no partition. */
function diskOfPartition(device: string): string {
  const match = PARTITION.exec(device);
  return match?.[1] ?? match?.[2] ?? '';
}
