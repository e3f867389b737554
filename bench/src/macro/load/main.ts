import { createHistogram } from 'node:perf_hooks';
import autocannon from 'autocannon';
import { ORDERS, orderOf } from '../order.ts';
import type { LoadRequest, LoadResult } from './protocol.ts';

// The second process: keeps some connections busy, each with its own share of all orders, one request after the other.

/** Ends by `stop`; this is for a parent that is gone. */
const LONGEST_SECONDS = 600;
const MICROS_PER_MILLI = 1_000;

const latency = createHistogram();
let instance: autocannon.Instance | undefined;
let requests = 0;
let failures = 0;
let start = { millis: 0, cpu: process.cpuUsage() };

process.on('message', (request: LoadRequest) => {
  if (request.kind === 'load') load(request.url, request.connections);
  else if (request.kind === 'measure') measure();
  else process.send?.(stop());
});
process.on('disconnect', () => process.exit());
process.on('SIGINT', () => undefined);

function load(url: string, connections: number): void {
  let client = 0;
  instance = autocannon(
    {
      url,
      connections,
      duration: LONGEST_SECONDS,
      setupClient: (each) => each.setRequests(requestsOf(client++, connections)),
    },
    () => undefined,
  );
  instance.on('response', (_client, status, _bytes, millis) => {
    requests++;
    if (status < 200 || status > 299) failures++;
    latency.record(Math.max(1, Math.round(millis * MICROS_PER_MILLI)));
  });
  instance.on('reqError', () => failures++);
}

function requestsOf(client: number, clients: number): autocannon.Request[] {
  const own: autocannon.Request[] = [];
  for (let i = client; i < ORDERS; i += clients) {
    own.push({
      method: 'POST',
      path: `/stores/${i}/orders`,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(orderOf(i)),
    });
  }
  return own;
}

function measure(): void {
  latency.reset();
  requests = 0;
  failures = 0;
  start = { millis: performance.now(), cpu: process.cpuUsage() };
}

function stop(): LoadResult {
  const millis = performance.now() - start.millis;
  const cpu = process.cpuUsage(start.cpu);
  instance?.stop();
  instance = undefined;
  return {
    requests,
    seconds: millis / 1_000,
    p50Millis: latency.percentile(50) / MICROS_PER_MILLI,
    p99Millis: latency.percentile(99) / MICROS_PER_MILLI,
    failures,
    cpuShare: (cpu.user + cpu.system) / MICROS_PER_MILLI / millis,
  };
}
