import { type BoundCounter, type BoundRecorder, MeterProvider } from '@org/instrument-core';
import { startOtel } from '@org/instrument-otel';
import { createStatsdExporter, type StatsdExporter } from '@org/instrument-statsd';
import { StatsD } from 'hot-shots';
import { atLeast, type Finding, median } from './measure.ts';
import { messageOf, start } from './processes/child.ts';

const SERIES = 10_000;
/** Well beyond the series of the benchmark. */
const CARDINALITY_LIMIT = 20_000;
/** Ethernet's MTU less the headers of IPv6 and UDP: what StatsD clients fill a datagram with. */
const DATAGRAM_BYTES = 1_432;
const ROUNDS = 5;
const FLUSHES = 10;
/** Never by itself: each flush is asked for. */
const NEVER = '1d';

interface Load {
  readonly name: string;
  readonly kind: 'counter' | 'histogram';
  /** Values that each series gets between two flushes. */
  readonly values: number;
  readonly target: number;
}

const LOADS: readonly Load[] = [
  { name: '10,000 counters, one increment each', kind: 'counter', values: 1, target: 3 },
  { name: '10,000 counters, ten increments each', kind: 'counter', values: 10, target: 10 },
  { name: '10,000 histograms, one value each', kind: 'histogram', values: 1, target: 1 },
  { name: '10,000 histograms, twenty values each', kind: 'histogram', values: 20, target: 4 },
];

/**
 * Recording, collecting, writing and sending what one flush to StatsD has: CPU time of this process, since ours is asleep
 * between its bursts of packets. hot-shots sends each value as it comes, several in a datagram; ours differences.
 */
export async function measureStatsd(report: (finding: Finding) => void): Promise<void> {
  const server = start('deaf.js');
  const port = await messageOf<number>(server);
  try {
    for (const load of LOADS) report(await compareLoad(load, port));
  } finally {
    server.kill('SIGKILL');
  }
}

async function compareLoad({ name, kind, values, target }: Load, port: number): Promise<Finding> {
  const ours = await startOurs(kind, values, port);
  const theirs = startHotShots(kind, values, port);
  const times: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    times[0].push(await cpuMillis(ours.flush));
    times[1].push(await cpuMillis(theirs.flush));
  }
  await ours.close();
  await theirs.close();
  return {
    name: `StatsD flush of ${name}`,
    peer: 'hot-shots',
    unit: 'ms',
    target: atLeast(target),
    ours: median(times[0]),
    theirs: median(times[1]),
  };
}

async function cpuMillis(flush: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  for (let i = 0; i < FLUSHES; i++) await flush();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000 / FLUSHES;
}

interface Contender {
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** Attached as `init({ statsd })` attaches it. */
async function startOurs(kind: Load['kind'], values: number, port: number): Promise<Contender> {
  const provider = new MeterProvider();
  let exporter: StatsdExporter | undefined;
  const options: Parameters<typeof startOtel>[0] = {
    prometheus: false,
    handleSignals: false,
    shutdownTimeout: '1m',
    logLevel: 'none',
    metrics: { cardinalityLimit: CARDINALITY_LIMIT },
  };
  const handle = startOtel(options, provider, {
    exporters: async (collectedOf) => {
      exporter = createStatsdExporter({ port }, collectedOf);
      return [{ receiver: 'statsd', exporter, interval: NEVER, defaultInterval: NEVER }];
    },
  });
  await handle.ready;
  const meter = provider.getMeter('bench');
  const record =
    kind === 'counter'
      ? counting(meter.createCounter('requests'))
      : recording(meter.createHistogram('latency'));
  return {
    async flush() {
      for (let n = 0; n < values; n++) for (let i = 0; i < SERIES; i++) record(i, valueAt(i, n));
      const before = exporter?.statistics().lines ?? 0;
      await handle.flush();
      const lines = (exporter?.statistics().lines ?? 0) - before;
      if (lines < SERIES) throw new Error(`Only ${lines} of ${SERIES} series were sent`);
    },
    close: () => handle.shutdown(),
  };
}

type Record = (series: number, value: number) => void;

function counting(counter: { bind(attributes: object): BoundCounter }): Record {
  const bound = tags().map((attributes) => counter.bind(attributes));
  return (series) => bound[series]?.add(1);
}

function recording(histogram: { bind(attributes: object): BoundRecorder }): Record {
  const bound = tags().map((attributes) => histogram.bind(attributes));
  return (series, value) => bound[series]?.record(value);
}

function startHotShots(kind: Load['kind'], values: number, port: number): Contender {
  const client = new StatsD({
    host: '127.0.0.1',
    port,
    maxBufferSize: DATAGRAM_BYTES,
    errorHandler: () => {},
  });
  const all = tags();
  const send: Record =
    kind === 'counter'
      ? (series) => client.increment('requests', 1, all[series])
      : (series, value) => client.distribution('latency', value, all[series]);
  return {
    async flush() {
      for (let n = 0; n < values; n++) for (let i = 0; i < SERIES; i++) send(i, valueAt(i, n));
      await new Promise((resolve) => client.flush(resolve));
    },
    close: () => new Promise((resolve) => client.close(() => resolve())),
  };
}

function valueAt(series: number, n: number): number {
  return (series * 7 + n * 31) % 900;
}

function tags(): { method: string; route: string }[] {
  return Array.from({ length: SERIES }, (_, i) => ({
    method: i % 2 === 0 ? 'GET' : 'POST',
    route: `/route/${i}`,
  }));
}
