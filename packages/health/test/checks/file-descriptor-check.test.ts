import { type FileHandle, mkdir, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { fileDescriptorCheck } from '../../src/checks/index.ts';
import { problemsOf, runCheck } from './run-check.ts';

/** A directory laid out like `/proc/self`, with so many open files and that soft limit. */
async function proc(files: number, limit: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'proc-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  await mkdir(join(directory, 'fd'));
  for (let fd = 0; fd < files; fd++) await writeFile(join(directory, 'fd', String(fd)), '');
  const limits = `Limit                     Soft Limit           Hard Limit           Units
Max processes             96365                96365                processes
Max open files            ${limit.padEnd(20)} 20000                files
`;
  await writeFile(join(directory, 'limits'), limits);
  return directory;
}

test.skipIf(process.platform !== 'linux')('files that this process opens are counted', async () => {
  const check = fileDescriptorCheck();
  const before = (await runCheck(check)).details?.open as number;
  const handles: FileHandle[] = [];
  for (let i = 0; i < 50; i++) handles.push(await open('/dev/null'));
  const { status, details } = await runCheck(check);
  for (const handle of handles) await handle.close();
  expect(status).toBe('healthy');
  // Others in the process open and close some meanwhile.
  expect(Math.abs((details?.open as number) - before - 50)).toBeLessThan(10);
  expect(details?.softLimit).toBeGreaterThan(50);
});

test.for<[number, string]>([
  [8, 'healthy'],
  [10, 'degraded'],
  [11, 'unhealthy'],
])('%i entries of 10 are %s', async ([files, status]) => {
  // One entry is the directory itself while it is read.
  const check = fileDescriptorCheck({ procDirectory: await proc(files, '10') });
  const result = await runCheck(check);
  expect(result).toMatchObject({ status, details: { open: files - 1, softLimit: 10 } });
  if (status === 'degraded') expect(result.reason).toBe('9 of 10 file descriptors are open (90 %)');
});

test('without a limit any number is healthy', async () => {
  const check = fileDescriptorCheck({ procDirectory: await proc(5, 'unlimited') });
  expect(await runCheck(check)).toEqual({ status: 'healthy', details: { open: 4 } });
});

test('a platform without /proc is told at creation, with all other mistakes', () => {
  const create = () =>
    fileDescriptorCheck({ procDirectory: join(tmpdir(), 'none'), degradedAbove: 0.9, unhealthyAbove: 0.8 });
  const { paths, error } = problemsOf(create);
  expect(paths).toEqual(['degradedAbove', 'procDirectory']);
  expect(error.message).toContain('create the check on Linux only');
});
