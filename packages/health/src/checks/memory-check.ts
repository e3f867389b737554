import { freemem, totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';
import type { CheckFunction, CheckResult } from '../check.ts';
import { readCgroupMemory } from './cgroup-memory.ts';
import { bytesText, percentText, rounded } from './figures.ts';
import { CheckOptionReader } from './options.ts';
import { statusAbove, worstOf } from './thresholds.ts';

/** Options of {@link memoryCheck}. */
export interface MemoryCheckOptions {
  /** Share of the limit, and of the heap's limit, above which it is degraded. Default 0.85. */
  readonly degradedAbove?: number | undefined;
  /** The same for unhealthy. Default 0.95: beyond, the kernel or V8 ends the process soon. */
  readonly unhealthyAbove?: number | undefined;
  /** Directory of the control groups. Default `/sys/fs/cgroup`. */
  readonly cgroupRoot?: string | undefined;
}

interface Usage {
  readonly usedBytes: number;
  readonly limitBytes: number;
  /** Where the limit comes from. */
  readonly source: 'cgroup-v2' | 'cgroup-v1' | 'constrained' | 'host';
}

/**
 * Looks at the memory in use against the limit that ends the process first: that of its control group (version 2, else
 * 1), else the one Node knows of, else the machine's; and at V8's heap against its own limit. On macOS the machine's is
 * left out: what it calls free says nothing about what could be.
 *
 * @throws {InstrumentError} when options are wrong.
 */
export function memoryCheck(options: MemoryCheckOptions = {}): CheckFunction {
  const read = new CheckOptionReader('memoryCheck', options, [
    'degradedAbove',
    'unhealthyAbove',
    'cgroupRoot',
  ]);
  const degradedAbove = read.share('degradedAbove', 0.85);
  const unhealthyAbove = read.share('unhealthyAbove', Math.max(0.95, degradedAbove));
  const cgroupRoot = read.text('cgroupRoot', '/sys/fs/cgroup');
  read.ordered('degradedAbove', degradedAbove, 'unhealthyAbove', unhealthyAbove);
  read.done();

  return async () => {
    const usage = await readUsage(cgroupRoot);
    const { used_heap_size: heapUsedBytes, heap_size_limit: heapLimitBytes } = getHeapStatistics();
    const usedShare = usage === undefined ? 0 : usage.usedBytes / usage.limitBytes;
    const heapShare = heapUsedBytes / heapLimitBytes;
    const memory = statusAbove(usedShare, degradedAbove, unhealthyAbove);
    const status = worstOf(memory, statusAbove(heapShare, degradedAbove, unhealthyAbove));
    const details = {
      ...(usage === undefined ? {} : { ...usage, usedShare: rounded(usedShare) }),
      heapUsedBytes,
      heapLimitBytes,
      heapUsedShare: rounded(heapShare),
    };
    if (status === 'healthy') return { status, details };
    const reason =
      usage !== undefined && memory === status
        ? describe(`Memory (${usage.source})`, usage.usedBytes, usage.limitBytes)
        : describe('The heap', heapUsedBytes, heapLimitBytes);
    return { status, reason, details } satisfies CheckResult;
  };
}

function describe(what: string, usedBytes: number, limitBytes: number): string {
  const share = percentText(usedBytes / limitBytes);
  return `${what} is at ${bytesText(usedBytes)} of ${bytesText(limitBytes)} (${share})`;
}

async function readUsage(cgroupRoot: string): Promise<Usage | undefined> {
  const hostBytes = totalmem();
  const cgroup = await readCgroupMemory(cgroupRoot, hostBytes);
  if (cgroup !== undefined) return cgroup;
  // Without a limit it is undefined, 0, or greater than any machine, as Node's versions have it.
  const constrainedBytes = process.constrainedMemory() ?? 0;
  if (constrainedBytes > 0 && constrainedBytes < hostBytes) {
    return { usedBytes: process.memoryUsage.rss(), limitBytes: constrainedBytes, source: 'constrained' };
  }
  if (process.platform === 'darwin') return undefined;
  // On Linux, what libuv calls free is MemAvailable.
  return { usedBytes: hostBytes - freemem(), limitBytes: hostBytes, source: 'host' };
}
