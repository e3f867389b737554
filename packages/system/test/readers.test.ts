import { monotonicMillis } from '@org/instrument-core';
import { expect, test } from 'vitest';
import { startGroups } from './bed.ts';
import { copyProc } from './proc-copy.ts';

/** `/proc/stat` with so many ticks of user time and of idling. */
function stat(user: number, idle: number): string {
  return `cpu  ${user} 0 0 ${idle} 0 0 0 0 0 0\ncpu0 ${user} 0 0 ${idle} 0 0 0 0 0 0\nprocesses 1\n`;
}

/** Waits until a reading is so old that it is not shared any more. */
async function later(): Promise<void> {
  const until = monotonicMillis() + 60;
  await expect.poll(() => monotonicMillis() > until, { interval: 10 }).toBe(true);
}

/** Ticks become seconds, of which a share is taken. */
function near(values: Readonly<Record<string, number>>): object {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, expect.closeTo(value, 10)]));
}

test('readers that come one after the other get the same utilisation, of the whole interval', async () => {
  const { directory, write } = copyProc();
  write('stat', stat(1_000, 1_000));
  const { provider, collect } = startGroups(['cpu'], { procDirectory: directory, interval: '1h' });
  const other = provider.addCollector();
  await later();
  write('stat', stat(1_300, 1_700));
  expect((await collect())['system.cpu.utilization']).toMatchObject(near({ user: 0.3, idle: 0.7 }));
  await later();
  // A few ticks later, all of them busy.
  write('stat', stat(1_310, 1_700));
  expect((await collect(other))['system.cpu.utilization']?.user).toBeCloseTo(310 / 1_010, 10);
});

test('a reader slower than the interval gets what happened since it came last', async () => {
  const { directory, write } = copyProc();
  write('stat', stat(0, 0));
  const { collect } = startGroups(['cpu'], { procDirectory: directory, interval: 100 });
  const waitForInterval = async (): Promise<void> => {
    await later();
    await later();
  };
  await waitForInterval();
  write('stat', stat(90, 10));
  expect((await collect())['system.cpu.utilization']).toMatchObject(near({ user: 0.9, idle: 0.1 }));
  await waitForInterval();
  write('stat', stat(95, 105));
  expect((await collect())['system.cpu.utilization']).toMatchObject(near({ user: 0.05, idle: 0.95 }));
});

test('intervals of readers of deltas add up to the total, however they take turns', async () => {
  const { directory, write } = copyProc();
  const { provider } = startGroups(['network'], { procDirectory: directory });
  const readers = [1, 2].map(() => provider.addCollector({ temporality: () => 'delta' }));
  const sums = [0, 0];
  const header = 'Inter-|   Receive                            |  Transmit\n face |bytes |bytes\n';
  const turns = [[0], [0, 1], [1], [0], [1]];
  for (const [i, turn] of turns.entries()) {
    await later();
    write('net/dev', `${header} eth0: ${1_000 * (i + 1)} 1 0 0 0 0 0 0 7 1 0 0 0 0 0 0\n`);
    for (const reader of turn) {
      const { scopes } = await readers[reader]!.collect();
      const io = scopes
        .flatMap(({ metrics }) => metrics)
        .find(({ descriptor }) => descriptor.name === 'system.network.io');
      const received = io
        ?.points()
        .find(({ attributes }) => attributes['network.io.direction'] === 'receive');
      sums[reader] = (sums[reader] ?? 0) + (received?.value as number);
    }
  }
  expect(sums).toEqual([4_000, 5_000]);
});

test('times of idling that go back a little stand still, and start anew when a CPU does', async () => {
  const { directory, write } = copyProc();
  write('stat', stat(1_000, 5_000));
  const { collect } = startGroups(['cpu'], { procDirectory: directory });
  const idle = async () => (await collect())['system.cpu.time']?.idle;
  expect(await idle()).toBe(50);
  await later();
  write('stat', stat(1_000, 4_990));
  expect(await idle()).toBe(50);
  await later();
  write('stat', stat(1_000, 100));
  expect(await idle()).toBe(1);
});

test('CPUs, disks and interfaces are those that there are at the time', async () => {
  const { directory, write } = copyProc();
  const { collect } = startGroups(['cpu', 'disk', 'network'], { procDirectory: directory });
  const found = async () => {
    await later();
    const metrics = await collect();
    const keys = (name: string) => Object.keys(metrics[name] ?? {});
    return [
      metrics['system.cpu.logical.count']?.[''],
      keys('system.disk.io_time'),
      keys('system.network.io'),
    ];
  };
  const receivedAndSent = (name: string) => [`${name},receive`, `${name},transmit`];
  expect(await found()).toEqual([2, ['sda', 'dm-0', 'xvda1'], receivedAndSent('eth0')]);
  write('stat', stat(1_000, 5_000));
  write('diskstats', ' 8 0 sdb 1 0 8 1 1 0 8 1 0 1 1\n 8 1 sdb1 1 0 8 1 1 0 8 1 0 1 1\n');
  write('net/dev', '| face |\n wlan0: 1 1 0 0 0 0 0 0 1 1 0 0 0 0 0 0\n');
  expect(await found()).toEqual([1, ['sdb'], receivedAndSent('wlan0')]);
  write('net/dev', '| face |\n');
  expect(await found()).toEqual([1, ['sdb'], []]);
});
