import { once } from 'node:events';
import type { BackgroundProcess } from './background-process.ts';
import type { Lab } from './lab.ts';

/** How the shop's telemetry is set: options of `init()` in plain data. */
export interface ShopOptions {
  readonly init?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
}

/** A series of `telemetry.snapshot()`. */
export interface SnapshotSeries {
  readonly name: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly value: number;
  readonly count?: number;
}

/** How the shop is doing. */
export interface ShopState {
  /** Rejections that nobody handled, and exceptions that nobody caught. */
  readonly unhandled: readonly string[];
  /** Bytes in use on the heap and in buffers after a collection of garbage; needs the flag `--expose-gc`. */
  readonly memory: number;
  readonly series: readonly SnapshotSeries[];
  readonly metrics: string | undefined;
}

/** An application that takes orders: a counter `orders`, and a function `place` with its metrics and its span. */
export interface Shop {
  readonly process: BackgroundProcess;
  /** Places orders, one after the other; returns the milliseconds that it took. */
  work(orders: number): Promise<number>;
  /** Adds to the counter only. */
  record(orders: number): Promise<number>;
  /** Adds to the counter, each time for a customer never seen before. */
  scatter(orders: number): Promise<number>;
  /** Flushes; returns the milliseconds that it took. */
  flush(): Promise<number>;
  state(): Promise<ShopState>;
  /** Lets the application run out of work; returns its exit code. */
  leave(): Promise<number | null>;
}

const SOURCE = `
  import { getMeter, init, instrumentFunction } from '@org/instrument';
  const unhandled = [];
  let customers = 0;
  process.on('unhandledRejection', (error) => unhandled.push(String(error)));
  process.on('uncaughtExceptionMonitor', (error) => unhandled.push(String(error)));
  const telemetry = init(JSON.parse(process.env.INIT));
  const orders = getMeter('shop').createCounter('orders');
  const place = instrumentFunction(async (n) => { orders.add(1); return n * 2; }, { name: 'place' });
  const time = async (work) => {
    const start = performance.now();
    await work();
    return performance.now() - start;
  };
  const verbs = {
    work: (count) => time(async () => {
      for (let i = 0; i < count; i++) {
        if (await place(i) !== i * 2) throw new Error('wrong result');
        // As an application that waits for its clients.
        if (i % 100 === 99) await new Promise(setImmediate);
      }
    }),
    record: (count) => time(async () => {
      for (let i = 0; i < count; i++) orders.add(1);
    }),
    scatter: (count) => time(async () => {
      for (let i = 0; i < count; i++) orders.add(1, { customer: 'customer ' + customers++ });
    }),
    flush: () => time(() => telemetry.flush()),
    state: async () => {
      await telemetry.ready;
      globalThis.gc?.();
      const series = telemetry.snapshot().map(({ name, attributes, value, count }) => ({ name, attributes, value, count }));
      const { heapUsed, external } = process.memoryUsage();
      return { unhandled, memory: heapUsed + external, series, metrics: telemetry.endpoints.prometheus };
    },
    leave: async () => { process.disconnect(); },
  };
  process.on('message', async ({ id, verb, argument }) => {
    const answer = await verbs[verb](argument);
    if (process.connected) process.send({ id, answer });
  });
  process.send({ id: 0 });`;

/** Starts the shop and waits until it is open. Metrics are pushed each 300 ms, spans each 100 ms. */
export async function openShop(lab: Lab, endpoint: string, options: ShopOptions = {}): Promise<Shop> {
  const init = {
    serviceName: 'shop',
    prometheus: false,
    otlp: { endpoint, timeout: '10s' },
    metrics: { interval: 300 },
    traces: { batch: { scheduledDelay: 100 } },
    ...options.init,
  };
  const env = { INIT: JSON.stringify(init), ...options.env };
  const app = lab.startApp({ source: SOURCE, env, flags: options.flags ?? [] });
  const answers = new Map<number, (answer: unknown) => void>();
  app.child.on('message', ({ id, answer }: { id: number; answer: unknown }) => answers.get(id)?.(answer));
  let questions = 0;
  await Promise.race([once(app.child, 'message'), app.end]);
  const ask = async <Answer>(verb: string, argument = 0): Promise<Answer> => {
    const id = ++questions;
    const answered = new Promise<Answer>((resolve) => answers.set(id, resolve as (answer: unknown) => void));
    app.child.send({ id, verb, argument });
    const ended = app.end.then(({ code, signal }) => {
      throw new Error(`The shop ended by ${code ?? signal} instead of answering ${verb}:\n${app.stderr}`);
    });
    return Promise.race([answered, ended]);
  };
  return {
    process: app,
    work: (orders) => ask('work', orders),
    record: (orders) => ask('record', orders),
    scatter: (orders) => ask('scatter', orders),
    flush: () => ask('flush'),
    state: () => ask('state'),
    async leave() {
      app.child.send({ id: ++questions, verb: 'leave' });
      return (await app.end).code;
    },
  };
}

/** What all series of a self-metric, or those with these attributes, count to. */
export function selfMetric(
  { series }: ShopState,
  name: string,
  filter: Readonly<Record<string, unknown>> = {},
): number {
  return series
    .filter(
      (each) => each.name === name && Object.entries(filter).every(([k, v]) => each.attributes[k] === v),
    )
    .reduce((sum, { value }) => sum + value, 0);
}

/** Spans that were handed to the exporter and not delivered, as the span processor counts them. */
export function failedSpans({ series }: ShopState): number {
  return series
    .filter(({ name }) => name === 'otel.sdk.processor.span.processed')
    .filter(({ attributes: { 'error.type': type } }) => type !== undefined && type !== 'queue_full')
    .reduce((sum, { value }) => sum + value, 0);
}
