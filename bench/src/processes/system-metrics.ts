import { setTimeout as sleep } from 'node:timers/promises';
import { HostMetrics } from '@opentelemetry/host-metrics';
import { RuntimeNodeInstrumentation } from '@opentelemetry/instrumentation-runtime-node';
import { MeterProvider as SdkMeterProvider } from '@opentelemetry/sdk-metrics';
import { MeterProvider } from '@org/instrument-core';
import { startSystemMetrics } from '@org/instrument-system';
import { median } from '../measure.ts';
import { PullReader } from '../peers/pull-reader.ts';

/** Whose metrics are read. */
export type SystemKind = 'bare' | 'ours' | 'peers';

/** What a process took. */
export interface SystemCost {
  /** CPU time, of all threads, as a share of the time that went by. */
  readonly share: number;
  /** Median of the time that a collection took. */
  readonly collectionMillis: number;
}

/** Collections before it is measured: what runs once a second is compiled after three quarters of an hour only. */
const WARM_UP = 2_500;
const WARM_UP_INTERVAL_MILLIS = 8;
const INTERVAL_MILLIS = 1_000;
/** Ours looks at the event loop less often after a quiet span of 10 s, of which it keeps two. */
const SETTLING = 21;
const MICROS_PER_MILLI = 1_000;

const [kind, seconds, isRead] = process.argv.slice(2) as [SystemKind, string, 'read' | 'unread'];
const collect = startMetrics(kind);
process.send?.(await measure(Number(seconds)), () => process.exit());

/** Starts the metrics; returns what reads them. */
function startMetrics(whose: SystemKind): () => Promise<unknown> {
  if (whose === 'bare') return async () => {};
  if (whose === 'ours') {
    const meterProvider = new MeterProvider({});
    startSystemMetrics({ meterProvider });
    const collector = meterProvider.addCollector();
    return () => collector.collect();
  }
  const reader = new PullReader();
  const meterProvider = new SdkMeterProvider({ readers: [reader] });
  new HostMetrics({ meterProvider }).start();
  const runtime = new RuntimeNodeInstrumentation();
  runtime.setMeterProvider(meterProvider);
  runtime.enable();
  return () => reader.collect();
}

async function measure(count: number): Promise<SystemCost> {
  const read = isRead === 'read' ? collect : async () => {};
  const readOften = async (times: number, intervalMillis: number): Promise<void> => {
    for (let i = 0; i < times; i++) {
      await read();
      await sleep(intervalMillis);
    }
  };
  await readOften(WARM_UP, WARM_UP_INTERVAL_MILLIS);
  await readOften(SETTLING, INTERVAL_MILLIS);
  const times: number[] = [];
  const started = { millis: performance.now(), cpu: process.cpuUsage() };
  for (let i = 0; i < count; i++) {
    await sleep(INTERVAL_MILLIS);
    const begun = performance.now();
    await read();
    times.push(performance.now() - begun);
  }
  const { user, system } = process.cpuUsage(started.cpu);
  const elapsedMicros = (performance.now() - started.millis) * MICROS_PER_MILLI;
  return { share: (user + system) / elapsedMicros, collectionMillis: median(times) };
}
