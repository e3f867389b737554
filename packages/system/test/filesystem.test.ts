import type { StatsFs } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { takePool } from '../../otel/test/taken-pool.ts';
import type { Mount } from '../src/proc/mountinfo.ts';
import { createSpaceReader } from '../src/reading/space.ts';
import { fixture, startGroups } from './bed.ts';
import { copyProc } from './proc-copy.ts';

const STATS = { bsize: 4_096, blocks: 100, bfree: 40, bavail: 30 } as StatsFs;

const PATIENT = { timeout: 10_000 };

function mount(mountpoint: string): Mount {
  return { id: mountpoint, mountpoint, mode: 'rw', type: 'ext4', device: '/dev/sda' };
}

/** A file system that answers when it is told to. */
function hanging(): { ask: (path: string) => Promise<StatsFs>; asked: string[]; answer: () => void } {
  const asked: string[] = [];
  const waiting: (() => void)[] = [];
  return {
    asked,
    ask: (path) => {
      asked.push(path);
      if (!path.startsWith('/hung')) return Promise.resolve(STATS);
      return new Promise((resolve) => waiting.push(() => resolve(STATS)));
    },
    answer: () => {
      for (const answer of waiting.splice(0)) answer();
    },
  };
}

test('used, free and reserved are all of the space', async () => {
  const [[, space] = []] = await createSpaceReader({ ask: async () => STATS })([mount('/')]);
  expect(space).toEqual({
    totalBytes: 409_600,
    usedBytes: 245_760,
    freeBytes: 122_880,
    reservedBytes: 40_960,
  });
});

test('one that hangs keeps nobody waiting for the others, and is not asked again before it has answered', async () => {
  const { ask, asked, answer } = hanging();
  const read = createSpaceReader({ ask, timeoutMillis: 20 });
  const mounts = ['/hung', '/a', '/b'].map(mount);
  const names = async () => (await read(mounts)).map(([{ mountpoint }]) => mountpoint);
  expect(await names()).toEqual(['/a', '/b']);
  expect(await names()).toEqual(['/a', '/b']);
  expect(asked.filter((path) => path === '/hung')).toHaveLength(1);
  answer();
  await Promise.resolve();
  await expect.poll(names).toContain('/a');
  expect(asked.filter((path) => path === '/hung').length).toBeGreaterThan(1);
  answer();
});

test('two that hang are all that wait, whatever else there is', async () => {
  const { ask, asked, answer } = hanging();
  const read = createSpaceReader({ ask, timeoutMillis: 20 });
  const mounts = ['/hung/1', '/hung/2', '/a', '/hung/3'].map(mount);
  for (let i = 0; i < 3; i++) expect(await read(mounts)).toEqual([]);
  expect(asked).toEqual(['/hung/1', '/hung/2']);
  answer();
});

test('space stays as it was while all threads of the pool are taken, and is asked for again when they are free', async () => {
  const read = createSpaceReader({ timeoutMillis: 20 });
  const mounts = ['/', tmpdir()].map(mount);
  const [before] = await read(mounts);
  expect(before?.[1].totalBytes).toBeGreaterThan(0);
  const free = takePool();
  const during = [await read(mounts), await read(mounts)];
  for (const found of during) expect(found.map(([{ mountpoint }]) => mountpoint)).toEqual(['/', tmpdir()]);
  expect(during[1]?.[0]?.[1]).toBe(before?.[1]);
  await free();
  await expect.poll(async () => (await read(mounts))[0]?.[1], PATIENT).not.toBe(before?.[1]);
});

test('what was known of one that does not answer is left out in the end', async () => {
  let isHung = false;
  const { ask, answer } = hanging();
  const read = createSpaceReader({
    ask: (path) => ask(isHung ? `/hung${path}` : path),
    timeoutMillis: 5,
    keptMillis: 1_000,
  });
  const names = async () => (await read([mount('/a')])).map(([{ mountpoint }]) => mountpoint);
  expect(await names()).toEqual(['/a']);
  isHung = true;
  expect(await names()).toEqual(['/a']);
  await expect.poll(names, PATIENT).toEqual([]);
  answer();
  await expect.poll(names, PATIENT).toEqual(['/a']);
  answer();
});

test('nothing is known of another one that is mounted in the same place', async () => {
  const { ask, answer } = hanging();
  const read = createSpaceReader({ ask, timeoutMillis: 20 });
  await read([mount('/hung')]);
  answer();
  await expect.poll(() => read([mount('/hung')]), PATIENT).toHaveLength(1);
  expect(await read([{ ...mount('/hung'), id: '9:1' }])).toEqual([]);
  answer();
});

test('those at the end have their turn, too, when all answers come late', async () => {
  const { ask, answer } = hanging();
  const read = createSpaceReader({ ask, timeoutMillis: 5 });
  const mounts = [1, 2, 3, 4, 5].map((number) => mount(`/hung/${number}`));
  await expect
    .poll(async () => {
      const found = await read(mounts);
      answer();
      return found;
    }, PATIENT)
    .toHaveLength(5);
  answer();
});

test('one that refuses, or has no blocks, is left out', async () => {
  const ask = async (path: string): Promise<StatsFs> => {
    if (path === '/refused') throw new Error('EACCES');
    return path === '/empty' ? ({ ...STATS, blocks: 0, bfree: 0, bavail: 0 } as StatsFs) : STATS;
  };
  const found = await createSpaceReader({ ask })(['/refused', '/empty', '/a'].map(mount));
  expect(found.map(([{ mountpoint }]) => mountpoint)).toEqual(['/a']);
});

test('each file system once, those of networks and of the kernel not at all', async () => {
  const { directory, write } = copyProc();
  const lines = [
    '15 1 8:2 / / rw,relatime - ext4 /dev/sda2 rw',
    '16 15 0:3 / /proc rw - proc /proc rw',
    '17 15 8:2 /tmp /tmp ro - ext4 /dev/sda2 rw',
    '18 15 0:44 / /usr rw - nfs4 10.0.0.1:/export rw',
    '19 15 8:2 /hosts /etc/hosts rw - ext4 /dev/sda2 rw',
  ];
  write('self/mountinfo', `${lines.join('\n')}\n`);
  // They come as they answer.
  const points = async (options: object) =>
    Object.keys(
      (await startGroups(['filesystem'], { procDirectory: directory, ...options }).collect())[
        'system.filesystem.limit'
      ] ?? {},
    ).sort();
  expect(await points({})).toEqual(['/dev/sda2,ext4,rw,/']);
  expect(await points({ filesystemExclude: ['/'] })).toEqual(['/dev/sda2,ext4,ro,/tmp']);
  expect(await points({ filesystemInclude: ['/usr', '/tmp'] })).toEqual([
    '/dev/sda2,ext4,ro,/tmp',
    '10.0.0.1:/export,nfs4,rw,/usr',
  ]);
});

test('readers that come at the same time get the same answer', async () => {
  const { provider, collect } = startGroups(['filesystem'], { filesystemInclude: ['/'] });
  const others = [1, 2].map(() => provider.addCollector());
  const metrics = await Promise.all([collect(), ...others.map((other) => collect(other))]);
  const limits = metrics.map((found) => Object.keys(found['system.filesystem.limit'] ?? {}));
  expect(limits[0]).toHaveLength(1);
  expect(limits).toEqual([limits[0], limits[0], limits[0]]);
});

test('names with blanks', async () => {
  const options = { procDirectory: fixture('linux-2.6.32/proc'), filesystemInclude: ['/mnt/*'] };
  // There is no such directory here, and that hurts nobody.
  expect((await startGroups(['filesystem'], options).collect())['system.filesystem.limit']).toBeUndefined();
});
