import { expect, test } from 'vitest';
import { fixture, startGroups } from './bed.ts';

const MIB = 1_048_576;

async function collect(name: string) {
  const options = { procDirectory: fixture(`${name}/proc`), cgroupDirectory: fixture(`${name}/cgroup`) };
  return startGroups(['container'], options).collect();
}

test('a container of version 1', async () => {
  expect(await collect('linux-4.19-cgroup-v1')).toEqual({
    'container.cpu.time': { user: 9, system: 3 },
    'container.cpu.usage': { user: 0, system: 0 },
    'container.memory.usage': { '': 200 * MIB },
    'container.memory.working_set': { '': 150 * MIB },
    'container.memory.rss': { '': 100 * MIB },
    'container.memory.available': { '': 106 * MIB },
    'container.paging.faults': { minor: 4_960, major: 40 },
    'instrument.cgroup.cpu.limit': { '': 1.5 },
    'instrument.cgroup.cpu.periods': { '': 1_200 },
    'instrument.cgroup.cpu.throttled.periods': { '': 300 },
    'instrument.cgroup.cpu.throttled.time': { '': 45 },
    'instrument.cgroup.memory.limit': { '': 256 * MIB },
    'instrument.cgroup.memory.utilization': { '': 150 / 256 },
    'instrument.cgroup.memory.oom_kills': { '': 2 },
  });
});

test('a container of version 2, which sees its own group as the root', async () => {
  expect(await collect('linux-6.8-cgroup-v2')).toEqual({
    'container.cpu.time': { user: 15, system: 5 },
    'container.cpu.usage': { user: 0, system: 0 },
    'container.memory.usage': { '': 300 * MIB },
    'container.memory.working_set': { '': 240 * MIB },
    'container.memory.rss': { '': 150 * MIB },
    'container.memory.available': { '': 272 * MIB },
    'container.paging.faults': { minor: 6_930, major: 70 },
    'instrument.cgroup.cpu.limit': { '': 0.5 },
    'instrument.cgroup.cpu.periods': { '': 100 },
    'instrument.cgroup.cpu.throttled.periods': { '': 25 },
    'instrument.cgroup.cpu.throttled.time': { '': 2.5 },
    'instrument.cgroup.memory.limit': { '': 512 * MIB },
    'instrument.cgroup.memory.utilization': { '': 240 / 512 },
    'instrument.cgroup.memory.oom_kills': { '': 1 },
  });
});

test('a group without limits has those of the groups above it', async () => {
  const metrics = await collect('linux-6.8-systemd');
  expect(metrics['container.cpu.time']).toEqual({ user: 2, system: 1 });
  expect(metrics['container.memory.usage']).toEqual({ '': 100 * MIB });
  expect(metrics['instrument.cgroup.cpu.limit']).toEqual({ '': 2 });
  expect(metrics['instrument.cgroup.memory.limit']).toEqual({ '': 1_024 * MIB });
  expect(metrics['container.memory.available']).toEqual({ '': 924 * MIB });
});

test('in the root of version 2 there is nothing to tell', async () => {
  expect(await collect('linux-6.8-root')).toEqual({});
});

test('of several hierarchies, those count in which the process is in a group', async () => {
  const metrics = await collect('linux-5.15-hybrid');
  expect(metrics['container.memory.usage']).toEqual({ '': 9_000_000 });
  expect(metrics['container.memory.working_set']).toEqual({ '': 8_000_000 });
  // 2⁶³ less a page is no limit, and the CPUs are the machine's.
  expect(metrics['instrument.cgroup.memory.limit']).toBeUndefined();
  expect(metrics['container.memory.available']).toBeUndefined();
  expect(metrics['container.cpu.time']).toBeUndefined();
});
