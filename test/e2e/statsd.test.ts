import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { freePort } from '../support/free-port.ts';
import type { StatsdFlush } from './harness/first-statsd.ts';
import { it, type Lab } from './harness/lab.ts';
import type { Sample } from './harness/prometheus.ts';

const SOON = { timeout: 15_000, interval: 100 };
const BOUNDARIES = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
const PLANS = ['free', 'pro'] as const;

/** What the application knows of a series itself. */
interface Series {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly value: number;
  readonly count?: number;
  readonly sum?: number;
  readonly min?: number;
  readonly max?: number;
  /** Of a histogram: how many values were up to each bound, counted beside it. */
  readonly buckets?: Readonly<Record<string, number>>;
  readonly quantiles?: Readonly<Record<'p50' | 'p90' | 'p99', number>>;
}

/**
 * Records orders, jobs and latencies in three intervals, each pushed to StatsD, and tells what it has recorded. Latencies
 * are log-normal, as real ones: the middle value and the mean are far apart.
 */
const APP = `
  import { getMeter, init } from '@org/instrument';
  const telemetry = init({ prometheus: false, logLevel: 'warn', ...JSON.parse(process.env.OPTIONS) });
  await telemetry.ready;
  const meter = getMeter('shop');
  const bounds = ${JSON.stringify(BOUNDARIES)};
  const orders = meter.createCounter('shop.orders');
  const jobs = meter.createUpDownCounter('shop.jobs');
  const balance = meter.createGauge('shop.balance');
  const latency = meter.createHistogram('shop.latency', {
    unit: 's', advice: { explicitBucketBoundaries: bounds },
  });
  let seed = 42;
  const random = () => (seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648;
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const buckets = { free: {}, pro: {} };
  for (let interval = 0; interval < 3; interval++) {
    for (const plan of ${JSON.stringify(PLANS)}) {
      for (let i = 0; i < 999; i++) {
        orders.add(1 + (i % 3), { plan });
        const seconds = Math.min(20, Math.exp(normal() - 2));
        latency.record(seconds, { plan });
        for (const bound of bounds) buckets[plan][bound] = (buckets[plan][bound] ?? 0) + (seconds <= bound ? 1 : 0);
      }
      jobs.add(plan === 'pro' ? 3 : -2, { plan });
      balance.record(plan === 'pro' ? 12.5 : -7.25 - interval, { plan });
    }
    if (interval < 2) await telemetry.flush();
  }
  const series = telemetry.snapshot().filter(({ name }) => name.startsWith('shop.'));
  for (const one of series) if (one.name === 'shop.latency') one.buckets = buckets[one.attributes.plan];
  await telemetry.shutdown();
  process.send(series);
`;

async function record(lab: Lab, statsd: object, more: object = {}): Promise<Series[]> {
  const app = lab.startApp({ source: APP, env: { OPTIONS: JSON.stringify({ statsd, ...more }) } });
  const series = new Promise<Series[]>((resolve) =>
    app.child.once('message', (all) => resolve(all as Series[])),
  );
  const { code } = await app.end;
  expect({ code, stderr: app.stderr }).toEqual({ code: 0, stderr: '' });
  return series;
}

function of(series: readonly Series[], name: string, plan: string): Series {
  const found = series.find((one) => one.name === name && one.attributes.plan === plan);
  if (found === undefined) throw new Error(`${name} of ${plan} was not recorded.`);
  return found;
}

/** The bounds of the bucket that a value is in. */
function bucketOf(value: number, { min = 0, max = 0 }: Series): [number, number] {
  const i = BOUNDARIES.findIndex((bound) => value <= bound);
  return [Math.max(BOUNDARIES[i - 1] ?? 0, min), Math.min(i === -1 ? max : (BOUNDARIES[i] ?? max), max)];
}

function expectInSameBucket(received: number | undefined, expected: number, series: Series): void {
  const [low, high] = bucketOf(expected, series);
  expect(received).toBeGreaterThanOrEqual(low);
  expect(received).toBeLessThanOrEqual(high * (1 + 1e-9));
}

/** Counts 500 hits in each dialect, under names and labels of nothing but what means something to a receiver. */
function fuzz(dialects: readonly string[], port: number): string {
  return `
    import { getMeter, init } from '@org/instrument';
    const hostile = [...${JSON.stringify('\n\r\t :|@#,=[];."\\\u0000\u2028é😀\ud800a')}];
    let seed = 7;
    const random = (below) => (seed = (seed * 1103515245 + 12345) % 2147483648) % below;
    const text = () => Array.from({ length: 1 + random(12) }, () => hostile[random(hostile.length)]).join('');
    for (const [i, dialect] of ${JSON.stringify(dialects)}.entries()) {
      const statsd = { dialect, transport: 'tcp', port: ${port}, prefix: 'fuzz' + i };
      const telemetry = init({ prometheus: false, logLevel: 'none', statsd });
      await telemetry.ready;
      const counter = getMeter('fuzz').createCounter('hits');
      for (let n = 0; n < 500; n++) counter.add(1, { [text()]: text(), [text()]: text() + '\\nstolen:1000|c' });
      await telemetry.shutdown();
    }
  `;
}

type Samples = ReadonlyMap<string, readonly Sample[]>;

function sampleOf(
  samples: Samples,
  name: string,
  labels: Readonly<Record<string, string>>,
): number | undefined {
  return samples
    .get(name)
    ?.find((sample) => Object.entries(labels).every(([key, value]) => sample.labels[key] === value))?.value;
}

function sumOf(samples: Samples, name: string): number {
  return (samples.get(name) ?? []).reduce((sum, { value }) => sum + value, 0);
}

/** The last value pushed has to be there, before anything is compared. */
async function untilReceived(read: () => Promise<Samples>): Promise<Samples> {
  await expect.poll(async () => sumOf(await read(), 'shop_latency_count'), SOON).toBe(2 * 3 * 999);
  await expect.poll(async () => sampleOf(await read(), 'shop_balance', { plan: 'free' }), SOON).toBe(-9.25);
  return read();
}

describe('statsd_exporter of Prometheus', () => {
  const transports = {
    'dogstatsd over UDP': ({ port }: { port: number }) => ({ port }),
    'dogstatsd 1.1, packed, over UDP': ({ port }: { port: number }) => ({ port, protocolVersion: '1.1' }),
    'influx over UDP': ({ port }: { port: number }) => ({ port, dialect: 'influx' }),
    'librato over UDP': ({ port }: { port: number }) => ({ port, dialect: 'librato' }),
    'signalfx over TCP': ({ port }: { port: number }) => ({ port, dialect: 'signalfx', transport: 'tcp' }),
    'dogstatsd over Unix datagrams': ({ socket }: { socket: string }) => ({ path: socket }),
  };

  it.for(Object.entries(transports))(
    '%s: totals, means and buckets are ours',
    async ([, optionsOf], { lab }) => {
      const server = await lab.startStatsdExporter(BOUNDARIES);
      const series = await record(lab, optionsOf(server));
      const samples = await untilReceived(() => server.samples());
      for (const plan of PLANS) {
        const labels = { plan };
        expect(sampleOf(samples, 'shop_orders', labels)).toBe(of(series, 'shop.orders', plan).value);
        expect(sampleOf(samples, 'shop_jobs', labels)).toBe(of(series, 'shop.jobs', plan).value);
        expect(sampleOf(samples, 'shop_balance', labels)).toBe(of(series, 'shop.balance', plan).value);
        const latency = of(series, 'shop.latency', plan);
        const [count = 0, sum = 0] = ['count', 'sum'].map((of) =>
          sampleOf(samples, `shop_latency_${of}`, labels),
        );
        expect(count).toBe(latency.count);
        expect(sum / count).toBeCloseTo((latency.sum ?? 0) / (latency.count ?? 0), 6);
      }
      for (const error of ['sample_errors_total', 'tag_errors_total', 'events_error_total']) {
        expect([error, sumOf(samples, `statsd_exporter_${error}`)]).toEqual([error, 0]);
      }
    },
  );

  it('has quantiles in the buckets that ours are in, and nearly ours where buckets are narrow', async ({
    lab,
  }) => {
    const server = await lab.startStatsdExporter('summary');
    const quantile = (samples: Samples, plan: string, q: string) =>
      sampleOf(samples, 'shop_latency', { plan, quantile: q });
    const series = await record(lab, { port: server.port });
    const samples = await untilReceived(() => server.samples());
    for (const plan of PLANS) {
      const latency = of(series, 'shop.latency', plan);
      expectInSameBucket(quantile(samples, plan, '0.5'), latency.quantiles?.p50 ?? 0, latency);
      expectInSameBucket(quantile(samples, plan, '0.9'), latency.quantiles?.p90 ?? 0, latency);
      expectInSameBucket(quantile(samples, plan, '0.99'), latency.quantiles?.p99 ?? 0, latency);
    }
    const view = { instrumentName: 'shop.latency', aggregation: { type: 'exponential_histogram' } };
    const narrow = await record(lab, { port: server.port, prefix: 'narrow' }, { metrics: { views: [view] } });
    await expect
      .poll(async () => sumOf(await server.samples(), 'narrow_shop_latency_count'), SOON)
      .toBe(2 * 3 * 999);
    const received = await server.samples();
    for (const plan of PLANS) {
      const latency = of(narrow, 'shop.latency', plan);
      for (const [q, expected = 0] of [
        ['0.5', latency.quantiles?.p50],
        ['0.9', latency.quantiles?.p90],
      ] as const) {
        const own = sampleOf(received, 'narrow_shop_latency', { plan, quantile: q }) ?? 0;
        expect(Math.abs(own / expected - 1), `${plan} ${q}: ${own}, ours ${expected}`).toBeLessThan(0.06);
      }
    }
  });

  it('takes whatever is in names and labels as what it is', async ({ lab }) => {
    const server = await lab.startStatsdExporter('summary');
    const dialects = ['dogstatsd', 'plain', 'influx', 'librato', 'signalfx'];
    const app = lab.startApp({ source: fuzz(dialects, server.port) });
    expect(await app.end).toEqual({ code: 0, signal: null });
    await expect
      .poll(async () => {
        const samples = await server.samples();
        const hits = [...samples].filter(([name]) => /^fuzz\d_hits/.test(name));
        return hits.reduce((sum, [name]) => sum + sumOf(samples, name), 0);
      }, SOON)
      // Each init() sends what has come since the one before it, to one receiver.
      .toBe(500 * dialects.length);
    const samples = await server.samples();
    expect(
      [...samples.keys()].filter((name) => name.includes('stolen') && !name.startsWith('fuzz1_')),
    ).toEqual([]);
    for (const error of ['sample_errors_total', 'tag_errors_total']) {
      expect([error, sumOf(samples, `statsd_exporter_${error}`)]).toEqual([error, 0]);
    }
  });

  it.for(['tcp', 'unix-datagram'])('gets ten thousand series at once, by %s', async (transport, { lab }) => {
    const server = await lab.startStatsdExporter('summary');
    const statsd = transport === 'tcp' ? { transport, port: server.port } : { path: server.socket };
    const options = { prometheus: false, logLevel: 'warn', metrics: { cardinalityLimit: 20_000 }, statsd };
    const source = `
      import { getMeter, init } from '@org/instrument';
      const telemetry = init(${JSON.stringify(options)});
      await telemetry.ready;
      const orders = getMeter('shop').createCounter('shop.orders');
      for (let flush = 0; flush < 3; flush++) {
        for (let i = 0; i < 10_000; i++) orders.add(i, { customer: String(i) });
        await telemetry.flush();
      }
      await telemetry.shutdown();
    `;
    const app = lab.startApp({ source });
    expect(await app.end).toEqual({ code: 0, signal: null });
    const expected = 3 * ((10_000 * 9_999) / 2);
    await expect.poll(async () => sumOf(await server.samples(), 'shop_orders'), SOON).toBe(expected);
  });

  it('gets what was recorded while it was away', async ({ lab }) => {
    const port = await freePort();
    const source = `
      import { getMeter, init } from '@org/instrument';
      const telemetry = init({ prometheus: false, logLevel: 'none', statsd: { transport: 'tcp', port: ${port}, timeout: 200 } });
      await telemetry.ready;
      const orders = getMeter('shop').createCounter('shop.orders');
      orders.add(2);
      await telemetry.flush();
      process.send('recorded');
      process.once('message', async (message) => {
        orders.add(3);
        await telemetry.flush();
        process.disconnect();
      });
    `;
    const app = lab.startApp({ source });
    await new Promise((resolve) => app.child.once('message', resolve));
    const server = await lab.startStatsdExporter('summary', port);
    app.child.send('go on');
    expect(await app.end).toEqual({ code: 0, signal: null });
    await expect.poll(async () => sumOf(await server.samples(), 'shop_orders'), SOON).toBe(5);
  });
});

describe('the first StatsD', () => {
  it('has our totals, counts and extremes in names without tags', async ({ lab }) => {
    const server = await lab.startFirstStatsd();
    const series = await record(lab, { dialect: 'plain', port: server.port });
    const total = (of: (flush: StatsdFlush) => number | undefined) =>
      server.flushes().reduce((sum, flush) => sum + (of(flush) ?? 0), 0);
    for (const plan of PLANS) {
      const orders = of(series, 'shop.orders', plan).value;
      await expect
        .poll(() => total(({ counters }) => counters[`shop.orders.plan.${plan}`]), SOON)
        .toBe(orders);
      const gauges = () => server.flushes().at(-1)?.gauges ?? {};
      await expect
        .poll(() => gauges()[`shop.balance.plan.${plan}`], SOON)
        .toBe(of(series, 'shop.balance', plan).value);
      expect(gauges()[`shop.jobs.plan.${plan}`]).toBe(of(series, 'shop.jobs', plan).value);
      const latency = of(series, 'shop.latency', plan);
      const timers = () =>
        server.flushes().flatMap(({ timer_data: data }) => data[`shop.latency.plan.${plan}`] ?? []);
      await expect.poll(() => timers().reduce((sum, { count }) => sum + count, 0), SOON).toBe(latency.count);
      expect(Math.max(...timers().map(({ upper }) => upper))).toBeCloseTo((latency.max ?? 0) * 1_000, 6);
      expect(Math.min(...timers().map(({ lower }) => lower))).toBeCloseTo((latency.min ?? 0) * 1_000, 6);
    }
    expect(total(({ counters }) => counters['statsd.bad_lines_seen'])).toBe(0);
  });
});

describe("the collector's StatsD receiver", () => {
  it('takes whatever is in names and labels as what it is', async ({ lab }) => {
    const tcp = await freePort();
    const collector = await lab.startCollector({
      statsd: { tcp: { transport: 'tcp', endpoint: `127.0.0.1:${tcp}` } },
    });
    const app = lab.startApp({ source: fuzz(['dogstatsd', 'plain'], tcp) });
    expect(await app.end).toEqual({ code: 0, signal: null });
    const hits = () => collector.points().filter(({ metric }) => /^fuzz\d\.hits/.test(metric));
    await expect.poll(() => hits().reduce((sum, { value }) => sum + value, 0), SOON).toBe(500 * 2);
    const tagged = hits().filter(({ metric }) => metric.startsWith('fuzz0'));
    expect(new Set(tagged.map(({ metric }) => metric))).toEqual(new Set(['fuzz0.hits']));
    expect(collector.points().filter(({ metric }) => metric.startsWith('stolen'))).toEqual([]);
  });

  it('has our totals, means and quantiles, over UDP, TCP and Unix datagrams', async ({ lab }) => {
    const udp = await freePort();
    const tcp = await freePort();
    const socket = join(lab.directory, 'collector.socket');
    const collector = await lab.startCollector({
      statsd: {
        udp: { transport: 'udp', endpoint: `127.0.0.1:${udp}` },
        tcp: { transport: 'tcp', endpoint: `127.0.0.1:${tcp}` },
        unixgram: { transport: 'unixgram', endpoint: socket },
      },
    });
    const ways = {
      udp: { port: udp },
      tcp: { port: tcp, transport: 'tcp' },
      // Values in one line it does not read; all else that later versions of the protocol have it does.
      unixgram: {
        path: socket,
        protocolVersion: '1.3',
        packedValues: false,
        timestamps: true,
        containerId: 'container-1',
      },
    };
    for (const [way, options] of Object.entries(ways)) {
      const series = await record(lab, { ...options, tags: { way } });
      const points = () => collector.points().filter(({ attributes }) => attributes.way === way);
      const total = (name: string, plan: string, what: 'value' | 'sum' = 'value') =>
        points()
          .filter(({ metric, attributes }) => metric === name && attributes.plan === plan)
          .reduce((sum, point) => sum + (point[what] ?? 0), 0);
      for (const plan of PLANS) {
        const orders = of(series, 'shop.orders', plan).value;
        await expect.poll(() => total('shop.orders', plan), SOON).toBe(orders);
        const last = (name: string) =>
          points().findLast(({ metric, attributes }) => metric === name && attributes.plan === plan)?.value;
        expect(last('shop.jobs')).toBe(of(series, 'shop.jobs', plan).value);
        expect(last('shop.balance')).toBe(of(series, 'shop.balance', plan).value);
        const latency = of(series, 'shop.latency', plan);
        await expect.poll(() => total('shop.latency', plan), SOON).toBe(latency.count);
        const mean = total('shop.latency', plan, 'sum') / total('shop.latency', plan);
        expect(mean).toBeCloseTo((latency.sum ?? 0) / (latency.count ?? 0), 6);
        const whole = points().find(
          ({ metric, attributes, value }) =>
            metric === 'shop.latency' && attributes.plan === plan && value === latency.count,
        );
        // All three intervals in one of its own; where they were not, the totals have to do.
        if (whole === undefined) continue;
        expect(whole.quantiles[0]).toBe(latency.min);
        expect(whole.quantiles[1]).toBe(latency.max);
        expectInSameBucket(whole.quantiles[0.5], latency.quantiles?.p50 ?? 0, latency);
        expectInSameBucket(whole.quantiles[0.9], latency.quantiles?.p90 ?? 0, latency);
        expectInSameBucket(whole.quantiles[0.99], latency.quantiles?.p99 ?? 0, latency);
      }
    }
    const containers = collector.points().map(({ attributes }) => attributes['container.id']);
    expect(new Set(containers)).toEqual(new Set([undefined, 'container-1']));
    expect(collector.log).not.toMatch(/error|warn/i);
  });
});
