import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Child, useChildren } from './child.ts';
import { useScratch } from './scratch.ts';

const WAIT = { timeout: 20_000, interval: 50 };

const scratch = useScratch();
const startChild = useChildren();

async function startOnDisk(): Promise<Child> {
  const path = scratch();
  const env = { DISK: path, DIRECTORY: join(path, 'outbox') };
  const child = await startChild({ env, disk: { path, megabytes: 2 } });
  await child.until((lines) => lines.includes('ready'));
  return child;
}

function numbers(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

// No disk can be write-protected while a file on it is being written: there, nothing is emitted before.
describe.for([
  ['full', 'fill', 'free', /ENOSPC/, 10],
  ['write-protected', 'protect', 'unprotect', /EROFS/, 0],
] as const)('on a disk that is %s', ([, spoil, mend, reason, before]) => {
  it('it goes on in memory, says so, and everything is on disk when that is back', async () => {
    const child = await startOnDisk();
    await child.ask('open', false);
    await child.ask('emit', before);
    expect(await child.ask('onDisk')).toEqual(numbers(1, before));
    await child.ask(spoil);
    await child.ask('emit', 100);
    expect(await child.ask('status')).toMatchObject({ waiting: before + 100, dead: 0 });
    await child.ask(mend);
    const onDisk = async (): Promise<number[]> => [...(await child.ask('onDisk'))].sort((a, b) => a - b);
    await expect.poll(onDisk, WAIT).toEqual(numbers(1, before + 100));
    await child.ask('takes', true);
    expect(await child.ask('flush')).toBe(true);
    const delivered = [...(await child.ask('delivered'))].sort((a, b) => a - b);
    expect(delivered).toEqual(numbers(1, before + 100));
    await child.ask('close');
    expect(await child.ask('onDisk')).toEqual([]);
    expect(child.stderr).toMatch(reason);
  });

  it('it delivers all the same', async () => {
    const child = await startOnDisk();
    await child.ask('open', true);
    await child.ask(spoil);
    await child.ask('emit', 200);
    expect(await child.ask('flush')).toBe(true);
    expect(await child.ask('delivered')).toHaveLength(200);
  });

  it('it is set up, and uses the disk as soon as that can be', async () => {
    const child = await startOnDisk();
    await child.ask(spoil);
    await child.ask('open', false);
    await child.ask('emit', 20);
    await child.ask(mend);
    await expect.poll(() => child.ask('onDisk').catch(() => []), WAIT).toEqual(numbers(1, 20));
  });
});

describe('without permission', () => {
  it('it goes on in memory, and says so', async () => {
    const directory = join(scratch(), 'outbox');
    mkdirSync(directory);
    chmodSync(directory, 0o500);
    const child = await startChild({ env: { DIRECTORY: directory } });
    // Root may do everything: whoever runs this must be somebody else.
    if (process.getuid?.() === 0) await child.ask('drop');
    await child.ask('open', true);
    await child.ask('emit', 20);
    expect(await child.ask('flush')).toBe(true);
    expect(await child.ask('delivered')).toEqual(numbers(1, 20));
    expect(child.stderr).toMatch(/EACCES/);
  });
});
