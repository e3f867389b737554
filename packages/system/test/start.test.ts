import { InstrumentError, MeterProvider } from '@org/instrument-core';
import { expect, test } from 'vitest';
import { type SystemMetricsOptions, startSystemMetrics } from '../src/index.ts';
import { GROUP_NAMES, type GroupName } from '../src/settings.ts';
import { start, startGroups } from './bed.ts';
import { useDiagnostics } from './diagnostics.ts';
import { copyProc } from './proc-copy.ts';

const said = useDiagnostics();

test('all mistakes are reported together', () => {
  const options = {
    cpu: 'yes',
    disks: true,
    interval: 50,
    diskInclude: 'sda',
    networkExclude: [''],
    procDirectory: '',
    build: { version: 1, commit: 'x' },
    meterProvider: {},
  } as unknown as SystemMetricsOptions;
  const act = () => startSystemMetrics(options);
  expect(act).toThrow(InstrumentError);
  try {
    act();
  } catch (error) {
    const { code, problems } = error as InstrumentError;
    expect(code).toBe('INSTRUMENT_INVALID_ARGUMENT');
    expect(problems.map(({ path }) => path).sort()).toEqual(
      ['build.commit', 'build.version', 'cpu', 'diskInclude', 'disks', 'interval', 'meterProvider'].concat([
        'networkExclude',
        'procDirectory',
      ]),
    );
    expect(problems.find(({ path }) => path === 'disks')?.fix).toBe('Did you mean disk?');
  }
});

const METRICS_OF: Readonly<Record<GroupName, RegExp>> = {
  cpu: /^system\.(?:cpu\.(?!load)|uptime|process)/,
  memory: /^system\.memory\./,
  load: /^system\.cpu\.load_average\./,
  paging: /^system\.paging\./,
  disk: /^system\.disk\./,
  filesystem: /^system\.filesystem\./,
  network: /^system\.network\./,
  process: /^process\./,
  eventLoop: /^nodejs\.eventloop\./,
  gc: /^v8js\.gc\./,
  heap: /^v8js\.memory\.|^instrument\.(?:heap|memory)\./,
  handles: /^v8js\.resource\./,
  container: /^container\.|^instrument\.cgroup\./,
  build: /^instrument\.build\./,
};

test.for(GROUP_NAMES)('the group %s can be switched off, and be the only one', async (name) => {
  const own = METRICS_OF[name];
  const others = namesIn(await start({ [name]: false }).collect());
  expect(others.filter((metric) => own.test(metric))).toEqual([]);
  expect(others.length).toBeGreaterThan(20);
  const alone = namesIn(await startGroups([name]).collect());
  expect(alone.filter((metric) => !own.test(metric))).toEqual([]);
});

test('without any group there is nothing', async () => {
  const none = Object.fromEntries(GROUP_NAMES.map((name) => [name, false]));
  expect(namesIn(await start(none).collect())).toEqual([]);
});

test('what cannot be read switches its group off with a line, and the others stay', async () => {
  const { directory, remove } = copyProc();
  for (const file of ['diskstats', 'vmstat', 'self/mountinfo']) remove(file);
  const { collect } = start({ procDirectory: directory, container: false });
  const metrics = await collect();
  await collect();
  expect(said.map((line) => line.replace(directory, ''))).toEqual([
    "warn: system: there are no paging metrics: ENOENT: no such file or directory, open '/vmstat'",
    "warn: system: there are no disk metrics: ENOENT: no such file or directory, open '/diskstats'",
    "warn: system: there are no filesystem metrics: ENOENT: no such file or directory, open '/self/mountinfo'",
  ]);
  expect(namesIn(metrics)).toContain('system.network.io');
});

test('what cannot be read any more leaves a gap, and comes back', async () => {
  const { directory, remove, write } = copyProc();
  const { collect } = startGroups(['network', 'load'], { procDirectory: directory });
  const loads = async () => (await collect())['system.cpu.load_average.1m'];
  remove('loadavg');
  await expect.poll(loads).toBeUndefined();
  const metrics = await collect();
  expect(metrics['system.network.io']).toMatchObject({ 'eth0,transmit': 987_654_321 });
  expect(said.filter((line) => line.startsWith('error: system: reading load metrics failed'))).toHaveLength(
    1,
  );
  write('loadavg', '1.50 0.31 0.27 2/180 11183\n');
  expect(await loads()).toEqual({ '': 1.5 });
});

test('once stopped, there are no values and no timers', async () => {
  const { collect, stop } = start();
  expect(namesIn(await collect())).toContain('system.cpu.time');
  const before = process.getActiveResourcesInfo().length;
  stop();
  stop();
  // What was recorded of garbage collections is a total, and stays.
  expect(namesIn(await collect()).filter((name) => name !== 'v8js.gc.duration')).toEqual([]);
  expect(process.getActiveResourcesInfo().length).toBeLessThanOrEqual(before);
});

test('a snapshot has the values as they are', async () => {
  const { provider, collect } = start();
  const names = () => new Set(provider.snapshot().map(({ name }) => name));
  expect(names()).toContain('process.cpu.time');
  // Space has to be waited for, and a snapshot does not wait.
  await collect();
  expect(names()).toContain('system.filesystem.usage');
  expect(names()).toContain('system.memory.usage');
});

test('started again, they are shown once', async () => {
  const meterProvider = new MeterProvider({});
  const collector = meterProvider.addCollector();
  const first = startSystemMetrics({ meterProvider });
  first.stop();
  const second = startSystemMetrics({ meterProvider });
  const { scopes } = await collector.collect();
  second.stop();
  const names = scopes.flatMap(({ metrics }) => metrics.map(({ descriptor }) => descriptor.name));
  expect(new Set(names).size).toBe(names.length);
  expect(names).toContain('process.uptime');
  expect(said).toEqual([]);
});

function namesIn(metrics: object): string[] {
  return Object.keys(metrics).filter(
    (name) => !name.startsWith('instrument.faults') && name !== 'v8js.gc.duration',
  );
}
