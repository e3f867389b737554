import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { memoryCheck } from '../../src/checks/index.ts';
import { problemsOf, runCheck } from './run-check.ts';

const MIB = 1_048_576;

/** A directory laid out like `/sys/fs/cgroup`. */
async function cgroups(files: Readonly<Record<string, string>>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'cgroup-'));
  onTestFinished(() => rm(root, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return root;
}

function version2(usedMib: number, inactiveMib: number, limit = `${100 * MIB}`): Record<string, string> {
  return {
    'memory.max': `${limit}\n`,
    'memory.current': `${usedMib * MIB}\n`,
    'memory.stat': `anon 1\ninactive_file ${inactiveMib * MIB}\nactive_file 5\n`,
  };
}

test.for<[number, number, string]>([
  [90, 10, 'healthy'],
  [90, 0, 'degraded'],
  [99, 0, 'unhealthy'],
  [99, 50, 'healthy'],
])('version 2: %i MiB of 100 with %i inactive is %s', async ([used, inactive, status]) => {
  const cgroupRoot = await cgroups(version2(used, inactive));
  const result = await runCheck(memoryCheck({ cgroupRoot }));
  expect(result).toMatchObject({
    status,
    details: {
      source: 'cgroup-v2',
      usedBytes: (used - inactive) * MIB,
      limitBytes: 100 * MIB,
      usedShare: (used - inactive) / 100,
    },
  });
});

test('the reason gives figures', async () => {
  const cgroupRoot = await cgroups(version2(99, 0));
  const { reason } = await runCheck(memoryCheck({ cgroupRoot }));
  expect(reason).toBe('Memory (cgroup-v2) is at 99 MiB of 100 MiB (99 %)');
});

test('version 1 is read where there is no limit of version 2', async () => {
  const cgroupRoot = await cgroups({
    ...version2(99, 0, 'max'),
    'memory/memory.limit_in_bytes': `${200 * MIB}\n`,
    'memory/memory.usage_in_bytes': `${190 * MIB}\n`,
    'memory/memory.stat': `inactive_file 1\ntotal_inactive_file ${10 * MIB}\n`,
  });
  expect(await runCheck(memoryCheck({ cgroupRoot }))).toMatchObject({
    status: 'degraded',
    details: { source: 'cgroup-v1', usedBytes: 180 * MIB, limitBytes: 200 * MIB },
  });
});

test("of the process' own group and those above, the one nearest to its limit counts", async () => {
  const line = (await readFile('/proc/self/cgroup', 'utf8'))
    .split('\n')
    .find((text) => /:memory:|^0::/.test(text));
  const [id, , path = ''] = (line ?? '').split(':');
  const hierarchy = id === '0' ? '' : 'memory';
  const [limit, usage] =
    id === '0' ? ['memory.max', 'memory.current'] : ['memory.limit_in_bytes', 'memory.usage_in_bytes'];
  const group = (directory: string, used: number) => ({
    [join(directory, limit ?? '')]: `${100 * MIB}`,
    [join(directory, usage ?? '')]: `${used * MIB}`,
  });
  const cgroupRoot = await cgroups({ ...group(hierarchy, 50), ...group(join(hierarchy, path), 90) });
  expect(await runCheck(memoryCheck({ cgroupRoot }))).toMatchObject({
    status: 'degraded',
    details: { usedShare: 0.9 },
  });
});

test('without a limit, or with one beyond the machine, the machine counts', async () => {
  for (const files of [{}, version2(1, 0, 'max'), version2(1, 0, '9223372036854771712')]) {
    const cgroupRoot = await cgroups(files);
    const { details } = await runCheck(memoryCheck({ cgroupRoot }));
    // Node knows of the limit of the container that the tests may run in.
    if (details?.source !== 'constrained')
      expect(details).toMatchObject({ source: 'host', limitBytes: totalmem() });
  }
});

test('the heap is looked at too', async () => {
  const cgroupRoot = await cgroups(version2(0, 0));
  const { status, reason, details } = await runCheck(
    memoryCheck({ cgroupRoot, degradedAbove: 0, unhealthyAbove: 1 }),
  );
  expect(status).toBe('degraded');
  expect(reason).toMatch(/^The heap is at [\d.]+ MiB of [\d.]+ [MG]iB \([\d.]+ %\)$/);
  expect(details?.heapUsedBytes).toBeGreaterThan(0);
});

test('all mistakes are reported together', () => {
  const create = () => memoryCheck({ degradedAbove: 0.9, unhealthyAbove: 0.8, cgroupRoot: '' });
  expect(problemsOf(create).paths).toEqual(['cgroupRoot', 'degradedAbove']);
});
