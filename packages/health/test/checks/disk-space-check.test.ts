import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { diskSpaceCheck } from '../../src/checks/index.ts';
import { problemsOf, runCheck, untyped } from './run-check.ts';

// Which share of a real disk is free is not ours to choose: the limits are.
const path = tmpdir();

test('the details are what the file system says is free to those without privileges', async () => {
  const { bsize, blocks } = await statfs(path);
  const { details } = await runCheck(diskSpaceCheck({ path, degradedBelow: 0, unhealthyBelow: 0 }));
  expect(details).toMatchObject({ path, totalBytes: blocks * bsize });
  const free = details?.freeBytes as number;
  const { bavail } = await statfs(path);
  // Others write meanwhile.
  expect(Math.abs(free - bavail * bsize)).toBeLessThan(1e9);
  expect(details?.freeShare).toBeCloseTo(free / (blocks * bsize), 2);
});

test('limits are shares below 1, and bytes from 1 on', async () => {
  const status = async (degradedBelow: number, unhealthyBelow: number) =>
    (await runCheck(diskSpaceCheck({ path, degradedBelow, unhealthyBelow }))).status;
  expect(await status(1, 1)).toBe('healthy');
  expect(await status(2 ** 60, 1)).toBe('degraded');
  expect(await status(2 ** 60, 2 ** 60)).toBe('unhealthy');
  expect(await status(0, 0)).toBe('healthy');
  expect(await status(2 ** 60, 0)).toBe('degraded');
});

test('the reason gives figures', async () => {
  const { reason } = await runCheck(diskSpaceCheck({ path, degradedBelow: 2 ** 60 }));
  expect(reason).toMatch(/ has [\d.]+ [KMGTP]iB of [\d.]+ [KMGTP]iB free \([\d.]+ %\)$/);
});

test('a path that is not there throws', async () => {
  const check = diskSpaceCheck({ path: join(path, 'not', 'there') });
  await expect(runCheck(check)).rejects.toThrow('ENOENT');
});

test('all mistakes are reported together', () => {
  const create = () =>
    diskSpaceCheck(untyped({ path: 1, degradedBelow: 0.05, unhealthyBelow: 0.1, warnBelow: 1 }));
  expect(problemsOf(create).paths).toEqual(['warnBelow', 'path', 'unhealthyBelow']);
  expect(problemsOf(() => diskSpaceCheck(untyped({}))).paths).toEqual(['path']);
});
