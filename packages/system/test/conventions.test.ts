import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { MetricReader, MeterProvider as SdkMeterProvider } from '@opentelemetry/sdk-metrics';
import { ATTR_CPU_MODE, METRIC_SYSTEM_CPU_TIME } from '@opentelemetry/semantic-conventions/incubating';
import { expect, onTestFinished, test } from 'vitest';
import { startSystemMetrics } from '../src/index.ts';
import { fixture, start } from './bed.ts';

const dist = dirname(createRequire(import.meta.url).resolve('@opentelemetry/semantic-conventions'));
/** Names of our own, and those of the collector's host metrics receiver. */
const OURS = /^instrument\.|^system\.cpu\.load_average\.(?:1|5|15)m$/;

/** Names of the semantic conventions, 1.45, that are not deprecated. */
function conventions(files: readonly string[], kind: 'METRIC' | 'ATTR'): Set<string> {
  const text = files.map((file) => readFileSync(join(dist, file), 'utf8')).join('\n');
  const declarations = text.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*declare const (\w+): "([^"]+)"/g);
  return new Set(
    [...declarations]
      .filter(
        ([, comment, constant]) => constant?.startsWith(`${kind}_`) && !comment?.includes('@deprecated'),
      )
      .map(([, , , name]) => name as string),
  );
}

const KINDS: Readonly<Record<string, string>> = {
  'system.cpu.time': 'counter s',
  'system.cpu.utilization': 'gauge 1',
  'system.cpu.logical.count': 'up-down {cpu}',
  'system.uptime': 'gauge s',
  'system.process.created': 'counter {process}',
  'system.memory.usage': 'up-down By',
  'system.memory.utilization': 'gauge 1',
  'system.memory.limit': 'up-down By',
  'system.memory.linux.available': 'up-down By',
  'system.memory.linux.shared': 'up-down By',
  'system.memory.linux.slab.usage': 'up-down By',
  'system.paging.faults': 'counter {fault}',
  'system.paging.operations': 'counter {operation}',
  'system.paging.usage': 'up-down By',
  'system.paging.utilization': 'gauge 1',
  'system.disk.io': 'counter By',
  'system.disk.operations': 'counter {operation}',
  'system.disk.io_time': 'counter s',
  'system.disk.operation_time': 'counter s',
  'system.disk.merged': 'counter {operation}',
  'system.filesystem.usage': 'up-down By',
  'system.filesystem.utilization': 'gauge 1',
  'system.filesystem.limit': 'up-down By',
  'system.network.io': 'counter By',
  'system.network.packet.count': 'counter {packet}',
  'system.network.packet.dropped': 'counter {packet}',
  'system.network.errors': 'counter {error}',
  'process.cpu.time': 'counter s',
  'process.cpu.utilization': 'gauge 1',
  'process.memory.usage': 'up-down By',
  'process.memory.virtual': 'up-down By',
  'process.memory.utilization': 'gauge 1',
  'process.disk.io': 'counter By',
  'process.thread.count': 'up-down {thread}',
  'process.unix.file_descriptor.count': 'up-down {file_descriptor}',
  'process.context_switches': 'counter {context_switch}',
  'process.paging.faults': 'counter {fault}',
  'process.uptime': 'gauge s',
  'nodejs.eventloop.delay.min': 'gauge s',
  'nodejs.eventloop.delay.max': 'gauge s',
  'nodejs.eventloop.delay.mean': 'gauge s',
  'nodejs.eventloop.delay.stddev': 'gauge s',
  'nodejs.eventloop.delay.p50': 'gauge s',
  'nodejs.eventloop.delay.p90': 'gauge s',
  'nodejs.eventloop.delay.p99': 'gauge s',
  'nodejs.eventloop.utilization': 'gauge 1',
  'nodejs.eventloop.time': 'counter s',
  'v8js.gc.duration': 'histogram s',
  'v8js.memory.heap.used': 'up-down By',
  'v8js.memory.heap.space.size': 'up-down By',
  'v8js.memory.heap.space.available_size': 'up-down By',
  'v8js.memory.heap.space.physical_size': 'up-down By',
  'v8js.resource.active': 'gauge {resource}',
  'container.cpu.time': 'counter s',
  'container.cpu.usage': 'gauge {cpu}',
  'container.memory.usage': 'up-down By',
  'container.memory.working_set': 'up-down By',
  'container.memory.rss': 'up-down By',
  'container.memory.available': 'up-down By',
  'container.paging.faults': 'counter {fault}',
};

test('names, kinds, units and attributes are those of the semantic conventions', async () => {
  const live = start({ perCpu: true, container: false, cpu: false, interval: 100 });
  const old = start({
    procDirectory: fixture('linux-2.6.32/proc'),
    container: false,
    perCpu: true,
    gc: false,
  });
  const root = fixture('linux-6.8-cgroup-v2');
  const contained = start({ procDirectory: `${root}/proc`, cgroupDirectory: `${root}/cgroup` });
  const cpu = start({ perCpu: true, interval: '1h' });
  const metricNames = conventions(['experimental_metrics.d.mts', 'stable_metrics.d.mts'], 'METRIC');
  const attributeNames = conventions(['experimental_attributes.d.mts', 'stable_attributes.d.mts'], 'ATTR');
  expect(metricNames).toContain(METRIC_SYSTEM_CPU_TIME);
  expect(attributeNames).toContain(ATTR_CPU_MODE);
  const kinds = new Map<string, string>();
  const attributes = new Set<string>();
  await expect
    .poll(
      async () => {
        for (const { collector } of [live, old, contained, cpu]) {
          const { scopes, errors } = await collector.collect();
          expect(errors).toEqual([]);
          for (const metric of scopes
            .filter(({ scope }) => scope.name !== '@org/instrument/self')
            .flatMap((s) => s.metrics)) {
            const { name, unit } = metric.descriptor;
            const kind = metric.kind === 'sum' ? (metric.monotonic ? 'counter' : 'up-down') : metric.kind;
            kinds.set(name, `${kind} ${unit}`);
            for (const point of metric.points())
              for (const key of Object.keys(point.attributes)) attributes.add(key);
          }
        }
        allocate();
        return Object.keys(KINDS).filter((name) => !kinds.has(name));
      },
      { timeout: 10_000 },
    )
    .toEqual([]);
  const byConvention = [...kinds].filter(([name]) => !OURS.test(name));
  expect(Object.fromEntries(byConvention)).toEqual(KINDS);
  expect(byConvention.map(([name]) => name).filter((name) => !metricNames.has(name))).toEqual([]);
  expect([...attributes].filter((name) => !attributeNames.has(name))).toEqual([]);
});

/** Enough for a collection of garbage. */
function allocate(): void {
  for (let i = 0; i < 200; i++) Array.from({ length: 10_000 }, (_, n) => ({ n }));
}

class PullReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

test('the OpenTelemetry SDK shows them too', async () => {
  const reader = new PullReader();
  const meterProvider = new SdkMeterProvider({ readers: [reader] });
  const { stop } = startSystemMetrics({ meterProvider });
  onTestFinished(stop);
  onTestFinished(() => meterProvider.shutdown());
  const { resourceMetrics, errors } = await reader.collect();
  expect(errors).toEqual([]);
  const names = resourceMetrics.scopeMetrics.flatMap(({ metrics }) =>
    metrics.map(({ descriptor }) => descriptor.name),
  );
  for (const name of [
    'system.cpu.time',
    'process.memory.usage',
    'v8js.memory.heap.used',
    'system.filesystem.usage',
  ]) {
    expect(names).toContain(name);
  }
});
