import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { totalmem, uptime } from 'node:os';
import { expect, test } from 'vitest';
import { startGroups, type Values } from './bed.ts';

const KIB = 1_024;
const MIB = 1_048_576;

/** Lines of a file of the kernel, in words. */
function wordsOf(path: string): string[][] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/[\s:]+/));
}

function numbersOf(path: string, first: string, at = 0): number[] {
  const line = wordsOf(path).find((words) => words[at] === first);
  return (line ?? []).slice(at + 1).map(Number);
}

/** What only rises lies between what the kernel said before and after: there is no tolerance. */
async function between<T>(
  look: () => T,
  collect: () => Promise<T>,
  valuesOf: (found: T) => number[],
): Promise<void> {
  const before = valuesOf(look());
  const ours = valuesOf(await collect());
  const after = valuesOf(look());
  expect(ours).toHaveLength(before.length);
  for (const [i, value] of ours.entries()) {
    expect(value).toBeGreaterThanOrEqual(before[i] ?? Number.NaN);
    expect(value).toBeLessThanOrEqual(after[i] ?? Number.NaN);
  }
}

test('CPU time is that of /proc/stat', async () => {
  const { collect } = startGroups(['cpu']);
  await notShared();
  const look = (): Values => {
    const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = numbersOf('/proc/stat', 'cpu');
    return { user: user / 100, nice: nice / 100, system: system / 100, interrupt: (irq + softirq) / 100 };
  };
  const ours = async (): Promise<Values> => (await collect())['system.cpu.time'] ?? {};
  // Idling and waiting for disks go back now and then.
  await between(look, ours, ({ user = 0, nice = 0, system = 0, interrupt = 0 }) => [
    user,
    nice,
    system,
    interrupt,
  ]);
});

test('utilisation is the share of the time since the start, and all modes are all of it', async () => {
  const { collect } = startGroups(['cpu'], { interval: '1h' });
  const first = numbersOf('/proc/stat', 'cpu');
  const until = performance.now() + 300;
  while (performance.now() < until);
  const utilization = (await collect())['system.cpu.utilization'] ?? {};
  const last = numbersOf('/proc/stat', 'cpu');
  expect(Object.values(utilization).reduce((a, b) => a + b)).toBeCloseTo(1, 6);
  const ticks = last.slice(0, 8).map((count, i) => count - (first[i] ?? 0));
  const idle = (ticks[3] ?? 0) / ticks.reduce((a, b) => a + b);
  // A tick or two at either end, of the 30 per CPU that have gone by.
  expect(Math.abs((utilization.idle ?? 0) - idle)).toBeLessThan(0.15);
});

test('the uptime is that of the kernel, in every collection', async () => {
  const { collect } = startGroups(['cpu']);
  for (let i = 0; i < 3; i++) {
    await notShared();
    const before = uptime();
    const ours = (await collect())['system.uptime']?.[''] ?? Number.NaN;
    // The kernel tells hundredths of a second.
    expect(ours).toBeGreaterThan(before - 0.02);
    expect(ours).toBeLessThan(uptime() + 0.02);
  }
});

test('memory is that of `free`', async () => {
  const { collect } = startGroups(['memory']);
  await expect
    .poll(async () => {
      const [total = 0, used = 0, free = 0, , , available = 0] = execFileSync('free', ['-b'], {
        encoding: 'utf8',
      })
        .split('\n')
        .find((line) => line.startsWith('Mem'))!
        .split(/\s+/)
        .slice(1)
        .map(Number);
      const metrics = await collect();
      expect(metrics['system.memory.limit']).toEqual({ '': total });
      const usage = metrics['system.memory.usage'] ?? {};
      // Other processes go on between the two: 2 % of the memory.
      const near = [used, free, available].map((bytes, i) => {
        return Math.abs(bytes - (usage[['used', 'free', 'available'][i] as string] ?? 0)) < total * 0.02;
      });
      return near;
    })
    .toEqual([true, true, true]);
  expect((await collect())['system.memory.limit']).toEqual({ '': totalmem() });
});

test('space is that of `df`', async () => {
  const { collect } = startGroups(['filesystem'], { filesystemInclude: ['/'] });
  await expect
    .poll(async () => {
      const line = execFileSync('df', ['-kP', '/'], { encoding: 'utf8' }).split('\n')[1] ?? '';
      const [, size = 0, used = 0, free = 0] = line.split(/\s+/).map(Number);
      const metrics = await collect();
      const usage = Object.entries(metrics['system.filesystem.usage'] ?? {});
      const of = (state: string): number => usage.find(([key]) => key.endsWith(`,/,${state}`))?.[1] ?? 0;
      expect(Object.values(metrics['system.filesystem.limit'] ?? {})).toEqual([size * KIB]);
      expect(of('used') + of('free') + of('reserved')).toBe(size * KIB);
      // Others write meanwhile.
      return [used, free].map((kib, i) => Math.abs(kib * KIB - of(i === 0 ? 'used' : 'free')) < 64 * MIB);
    })
    .toEqual([true, true]);
});

test('the process is what `ps` says it is', async () => {
  const { collect } = startGroups(['process']);
  const ps = execFileSync('ps', ['-o', 'rss=,vsz=,nlwp=,cputimes=', '-p', String(process.pid)], {
    encoding: 'utf8',
  });
  const metrics = await collect();
  const [rss = 0, vsz = 0, threads = 0, cpuSeconds = 0] = ps.trim().split(/\s+/).map(Number);
  const of = (name: string): number => metrics[name]?.[''] ?? Number.NaN;
  // The answer of `ps` has been read in between, and the kernel counts pages in batches per CPU.
  expect(Math.abs(of('process.memory.usage') - rss * KIB)).toBeLessThan(16 * MIB);
  expect(Math.abs(of('process.memory.virtual') - vsz * KIB)).toBeLessThan(64 * MIB);
  expect(of('process.thread.count')).toBe(threads);
  const { user = 0, system = 0 } = metrics['process.cpu.time'] ?? {};
  // `ps` tells whole seconds.
  expect(user + system - cpuSeconds).toBeGreaterThanOrEqual(-0.02);
  expect(user + system - cpuSeconds).toBeLessThan(1.5);
  const [uptime = 0] = execFileSync('ps', ['-o', 'etimes=', '-p', String(process.pid)], { encoding: 'utf8' })
    .split('\n')
    .map(Number);
  expect(Math.abs(of('process.uptime') - uptime)).toBeLessThan(2);
});

test('file descriptors are those of /proc/self/fd', async () => {
  const { collect } = startGroups(['process']);
  // The first collection opens what is kept open.
  await collect();
  // One of them is the directory while it is read.
  const open = readdirSync('/proc/self/fd').length - 1;
  expect((await collect())['process.unix.file_descriptor.count']).toEqual({ '': open });
});

test('context switches are those of all threads', async () => {
  const { collect } = startGroups(['process']);
  const ofThreads = readdirSync('/proc/self/task').map(
    (thread) => numbersOf(`/proc/self/task/${thread}/status`, 'voluntary_ctxt_switches')[0] ?? 0,
  );
  const { voluntary } = (await collect())['process.context_switches'] ?? {};
  expect(voluntary).toBeGreaterThanOrEqual(ofThreads.reduce((a, b) => a + b));
});

test('disks are those of /proc/diskstats', async () => {
  const { collect } = startGroups(['disk']);
  const names = Object.keys((await collect())['system.disk.io_time'] ?? {});
  for (const name of names) {
    const look = (): Values => {
      const [reads = 0, , sectorsRead = 0, , writes = 0, , sectorsWritten = 0] = numbersOf(
        '/proc/diskstats',
        name,
        2,
      );
      return { reads, writes, read: sectorsRead * 512, written: sectorsWritten * 512 };
    };
    const ours = async (): Promise<Values> => {
      const metrics = await collect();
      const of = (metric: string, direction: string) =>
        metrics[metric]?.[`${name},${direction}`] ?? Number.NaN;
      return {
        reads: of('system.disk.operations', 'read'),
        writes: of('system.disk.operations', 'write'),
        read: of('system.disk.io', 'read'),
        written: of('system.disk.io', 'write'),
      };
    };
    await notShared();
    await between(look, ours, Object.values);
  }
});

test('the network is that of /proc/net/dev', async () => {
  const { collect } = startGroups(['network'], { networkInclude: ['lo'] });
  await notShared();
  const look = (): Values => {
    const numbers = numbersOf('/proc/net/dev', 'lo');
    return { bytes: numbers[0] ?? 0, packets: numbers[1] ?? 0, sent: numbers[8] ?? 0 };
  };
  const ours = async (): Promise<Values> => {
    const metrics = await collect();
    return {
      bytes: metrics['system.network.io']?.['lo,receive'] ?? Number.NaN,
      packets: metrics['system.network.packet.count']?.['lo,receive'] ?? Number.NaN,
      sent: metrics['system.network.io']?.['lo,transmit'] ?? Number.NaN,
    };
  };
  await between(look, ours, Object.values);
});

test('faults are those of /proc/vmstat', async () => {
  const { collect } = startGroups(['paging']);
  await notShared();
  const look = (): Values => {
    const [faults = 0] = numbersOf('/proc/vmstat', 'pgfault');
    return { faults, major: numbersOf('/proc/vmstat', 'pgmajfault')[0] ?? 0 };
  };
  const ours = async (): Promise<Values> => {
    const { minor = 0, major = 0 } = (await collect())['system.paging.faults'] ?? {};
    return { faults: minor + major, major };
  };
  await between(look, ours, Object.values);
});

/** Waits until what was read at the start is too old to be shown. */
async function notShared(): Promise<void> {
  const until = performance.now() + 60;
  await expect.poll(() => performance.now() > until, { interval: 10 }).toBe(true);
}
