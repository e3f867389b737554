import { join } from 'node:path';
import type { Attributes } from '@opentelemetry/api';
import { monotonicMillis } from '@org/instrument-core';
import type { Group, GroupContext } from '../group.ts';
import { InstrumentSet } from '../instrument-set.ts';
import { createNameFilter, namesLike } from '../name-filter.ts';
import { type Mount, parseMountinfo } from '../proc/mountinfo.ts';
import { readSmallFile } from '../reading/small-file.ts';
import { createSpaceReader, type Space } from '../reading/space.ts';
import { isOnDisk } from './filesystem-types.ts';

/** Machines that run containers have thousands of mounts, and mounts change rarely. */
const MOUNTS_FRESH_MILLIS = 10_000;
/** Readers that come within this time share an answer: asking takes a thread, and disks do not fill up in less. */
const SPACE_FRESH_MILLIS = 10_000;
/** Below are no file systems of their own, or those of containers; files that a container has from its host. */
const HIDDEN = [
  ...['/dev/*', '/proc/*', '/sys/*', '/run/*', '/etc/*', '/snap/*'],
  ...['/var/lib/docker/*', '/var/lib/containers/*', '/var/lib/kubelet/*', '/var/lib/containerd/*'],
];

/** `system.filesystem.*`. */
export function createFilesystem({ meter, settings }: GroupContext): Group {
  const listMounts = createMountList(
    settings.procDirectory,
    settings.filesystemInclude,
    settings.filesystemExclude,
  );
  const readSpace = createSpaceReader();
  const set = new InstrumentSet(meter);
  const usage = set.upDownCounter(
    'system.filesystem.usage',
    'By',
    'Space by state; all states are all of it',
  );
  const utilization = set.gauge('system.filesystem.utilization', '1', 'Share of the space by state');
  const limit = set.upDownCounter('system.filesystem.limit', 'By', 'Space of the file system');
  let found: readonly FoundSpace[] = [];
  let foundMillis = Number.NEGATIVE_INFINITY;
  /** Readers that come while the answers are awaited share them. */
  let asking: Promise<void> | undefined;
  const ask = async (): Promise<void> => {
    found = (await readSpace(listMounts())).map(foundSpaceOf);
    foundMillis = monotonicMillis();
  };
  listMounts();

  return {
    observables: set.all,
    observe(result) {
      const tell = (): void => {
        for (const { totalBytes, attributes, states } of found) {
          result.observe(limit, totalBytes, attributes);
          for (const state of states) {
            result.observe(usage, state.bytes, state.attributes);
            result.observe(utilization, state.bytes / totalBytes, state.attributes);
          }
        }
      };
      if (monotonicMillis() - foundMillis < SPACE_FRESH_MILLIS) return tell();
      asking ??= ask().finally(() => {
        asking = undefined;
      });
      return asking.then(tell);
    },
  };
}

/** Space as it is told in every collection until it is asked for again. */
interface FoundSpace {
  readonly totalBytes: number;
  readonly attributes: Attributes;
  readonly states: readonly { readonly bytes: number; readonly attributes: Attributes }[];
}

function foundSpaceOf([mount, space]: readonly [Mount, Space]): FoundSpace {
  const attributes = {
    'system.device.name': mount.device,
    'system.filesystem.type': mount.type,
    'system.filesystem.mode': mount.mode,
    'system.filesystem.mountpoint': mount.mountpoint,
  };
  const state = (name: string, bytes: number) => ({
    bytes,
    attributes: { ...attributes, 'system.filesystem.state': name },
  });
  const states = [
    state('used', space.usedBytes),
    state('free', space.freeBytes),
    state('reserved', space.reservedBytes),
  ];
  return { totalBytes: space.totalBytes, attributes, states };
}

/** The mounts that are shown, one per file system: that with the shortest path. */
function createMountList(
  procDirectory: string,
  include: readonly string[],
  exclude: readonly string[],
): () => readonly Mount[] {
  const isShown = createNameFilter({ include, exclude, isHidden: namesLike(HIDDEN) });
  const path = join(procDirectory, 'self/mountinfo');
  let kept: readonly Mount[] = [];
  let keptUntil = Number.NEGATIVE_INFINITY;
  return () => {
    if (monotonicMillis() < keptUntil) return kept;
    const mounts = parseMountinfo(readSmallFile(path));
    if (mounts === undefined) throw new Error(`${path} holds nothing that is known`);
    const byId = new Map<string, Mount>();
    for (const mount of mounts) {
      if (!isShown(mount.mountpoint) || (include.length === 0 && !isOnDisk(mount.type))) continue;
      const other = byId.get(mount.id);
      if (other === undefined || mount.mountpoint.length <= other.mountpoint.length)
        byId.set(mount.id, mount);
    }
    kept = [...byId.values()];
    keptUntil = monotonicMillis() + MOUNTS_FRESH_MILLIS;
    return kept;
  };
}
