import { expect, test } from 'vitest';
import { fixture, startGroups } from './bed.ts';

const KIB = 1_024;
const OLD = { procDirectory: fixture('linux-2.6.32/proc') };

test('CPU times of Linux 2.6.32', async () => {
  const metrics = await startGroups(['cpu'], OLD).collect();
  expect(metrics['system.cpu.time']).toEqual({
    user: 10,
    nice: 2,
    system: 3,
    idle: 400,
    iowait: 5,
    interrupt: 1.3,
    steal: 0.08,
  });
  expect(metrics['system.cpu.logical.count']).toEqual({ '': 2 });
  expect(metrics['system.process.created']).toEqual({ '': 2_915 });
  // Nothing has gone by between the two readings of the same file.
  expect(metrics['system.cpu.utilization']).toBeUndefined();
});

test('one series per CPU when asked for', async () => {
  const metrics = await startGroups(['cpu'], { ...OLD, perCpu: true }).collect();
  expect(metrics['system.cpu.time']).toMatchObject({ 'user,0': 6, 'user,1': 4, 'interrupt,0': 0.7 });
  expect(Object.keys(metrics['system.cpu.time'] ?? {})).toHaveLength(14);
});

test('memory of Linux 2.6.32, which does not tell what is available', async () => {
  const metrics = await startGroups(['memory'], OLD).collect();
  const cached = 4_102_052 + 536_888;
  const available = 1_229_348 + 241_712 + cached;
  expect(metrics['system.memory.usage']).toEqual({
    used: (8_061_992 - available) * KIB,
    available: available * KIB,
    free: 1_229_348 * KIB,
    buffers: 241_712 * KIB,
    cached: cached * KIB,
  });
  expect(metrics['system.memory.limit']).toEqual({ '': 8_061_992 * KIB });
  expect(metrics['system.memory.utilization']?.used).toBeCloseTo((8_061_992 - available) / 8_061_992);
  expect(metrics['system.memory.linux.shared']).toEqual({ '': 1_892 * KIB });
  expect(metrics['system.memory.linux.slab.usage']).toEqual({
    reclaimable: 536_888 * KIB,
    unreclaimable: 34_512 * KIB,
  });
});

test('paging, with two areas of swap', async () => {
  const metrics = await startGroups(['paging'], OLD).collect();
  expect(metrics['system.paging.faults']).toEqual({ minor: 248_500, major: 1_500 });
  expect(metrics['system.paging.operations']).toEqual({ 'in,major': 12, 'out,major': 256 });
  expect(metrics['system.paging.usage']).toEqual({
    '/dev/sda2,used': 1_024 * KIB,
    '/dev/sda2,free': (4_194_296 - 1_024) * KIB,
    '/swap file,used': 0,
    '/swap file,free': 1_024 * KIB,
  });
  expect(metrics['system.paging.utilization']?.['/swap file,free']).toBe(1);
});

test('disks but not their partitions, and a partition without its disk', async () => {
  const metrics = await startGroups(['disk'], OLD).collect();
  expect(Object.keys(metrics['system.disk.io_time'] ?? {})).toEqual(['sda', 'dm-0', 'xvda1']);
  expect(metrics['system.disk.io']).toMatchObject({
    'sda,read': 2_000_000 * 512,
    'sda,write': 6_000_000 * 512,
  });
  expect(metrics['system.disk.operations']).toMatchObject({ 'sda,read': 61_000, 'sda,write': 150_000 });
  expect(metrics['system.disk.merged']).toMatchObject({ 'sda,read': 5_000, 'sda,write': 40_000 });
  expect(metrics['system.disk.io_time']).toMatchObject({ sda: 200 });
  expect(metrics['system.disk.operation_time']).toMatchObject({ 'sda,read': 300, 'sda,write': 900 });
});

test('disks by name', async () => {
  const shown = async (options: object) =>
    Object.keys((await startGroups(['disk'], { ...OLD, ...options }).collect())['system.disk.io_time'] ?? {});
  expect(await shown({ diskInclude: ['sda*', 'loop0'] })).toEqual(['loop0', 'sda', 'sda1', 'sda2']);
  expect(await shown({ diskInclude: ['sda*'], diskExclude: ['*1'] })).toEqual(['sda', 'sda2']);
  expect(await shown({ diskExclude: ['dm-*'] })).toEqual(['sda', 'xvda1']);
});

test('interfaces but not those of containers, and numbers that follow the colon at once', async () => {
  const metrics = await startGroups(['network'], OLD).collect();
  expect(metrics['system.network.io']).toEqual({
    'eth0,receive': 4_294_967_296,
    'eth0,transmit': 987_654_321,
  });
  expect(metrics['system.network.packet.count']).toEqual({
    'eth0,receive': 5_000_000,
    'eth0,transmit': 4_000_000,
  });
  expect(metrics['system.network.errors']).toEqual({ 'eth0,receive': 3, 'eth0,transmit': 1 });
  expect(metrics['system.network.packet.dropped']).toEqual({ 'eth0,receive': 7, 'eth0,transmit': 2 });
});

test('interfaces by name', async () => {
  const options = { ...OLD, networkInclude: ['lo', 'veth*'], networkExclude: ['*12'] };
  const metrics = await startGroups(['network'], options).collect();
  expect(Object.keys(metrics['system.network.io'] ?? {})).toEqual(['lo,receive', 'lo,transmit']);
});

test('load averages', async () => {
  const metrics = await startGroups(['load'], OLD).collect();
  expect(Object.values(metrics).map((values) => values[''])).toEqual([0.42, 0.31, 0.27]);
});

test('the process', async () => {
  const metrics = await startGroups(['process'], OLD).collect();
  expect(metrics['process.memory.usage']).toEqual({ '': 50_000 * KIB });
  expect(metrics['process.memory.virtual']).toEqual({ '': 700_000 * KIB });
  expect(metrics['process.thread.count']).toEqual({ '': 11 });
  // There is no I/O accounting.
  expect(metrics['process.disk.io']).toBeUndefined();
});

test('gVisor, which shows little', async () => {
  const procDirectory = fixture('gvisor/proc');
  const metrics = await startGroups(['cpu', 'memory', 'network', 'load'], { procDirectory }).collect();
  expect(metrics['system.cpu.time']?.user).toBe(0);
  expect(metrics['system.cpu.utilization']).toBeUndefined();
  expect(metrics['system.memory.usage']?.available).toBe(2_010_000 * KIB);
  expect(metrics['system.memory.linux.shared']).toBeUndefined();
  expect(metrics['system.network.io']).toEqual({ 'eth0,receive': 1_000, 'eth0,transmit': 2_000 });
});
