import { keyedNumber } from './keyed-number.ts';

/** What `/proc/meminfo` says, in bytes. */
export interface Meminfo {
  readonly total: number;
  readonly free: number;
  /** What can be had without swapping. */
  readonly available: number;
  readonly buffers: number;
  /** Page cache, with the slabs that can be given back, as `free` counts it. */
  readonly cached: number;
  readonly shared: number | undefined;
  readonly slabReclaimable: number | undefined;
  readonly slabUnreclaimable: number | undefined;
}

const BYTES_PER_KIB = 1_024;

/** Reads `/proc/meminfo` (proc_meminfo(5)). Kernels before 3.14 do not tell what is available: estimated as `free` did. */
export function parseMeminfo(text: string): Meminfo | undefined {
  const bytes = (key: string): number | undefined => {
    const kib = keyedNumber(text, key);
    return kib === undefined ? undefined : kib * BYTES_PER_KIB;
  };
  const total = bytes('MemTotal');
  const free = bytes('MemFree');
  if (total === undefined || total === 0 || free === undefined || free > total) return undefined;
  const buffers = bytes('Buffers') ?? 0;
  const slabReclaimable = bytes('SReclaimable');
  const cached = (bytes('Cached') ?? 0) + (slabReclaimable ?? 0);
  // In some containers (LXCFS) more is available than there is.
  const available = Math.min(total, bytes('MemAvailable') ?? free + buffers + cached);
  return {
    total,
    free,
    available,
    buffers,
    cached,
    shared: bytes('Shmem'),
    slabReclaimable,
    slabUnreclaimable: bytes('SUnreclaim'),
  };
}
