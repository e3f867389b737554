import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { freePort } from '../../support/free-port.ts';
import { type BackgroundProcess, startProcess } from './background-process.ts';

/** What the first StatsD makes of a timer. */
export interface TimerData {
  readonly count: number;
  readonly upper: number;
  readonly lower: number;
}

/** What it hands to its backends at a flush. */
export interface StatsdFlush {
  readonly counters: Readonly<Record<string, number>>;
  readonly gauges: Readonly<Record<string, number>>;
  readonly timer_data: Readonly<Record<string, TimerData>>;
}

/** The first StatsD (npm: `statsd`), as it runs. */
export interface FirstStatsd {
  /** Port of its UDP receiver. */
  readonly port: number;
  /** All flushes so far. */
  flushes(): StatsdFlush[];
}

/** A backend of StatsD that keeps each flush as a line of JSON. */
const BACKEND = `
  const { appendFileSync } = require('node:fs');
  exports.init = (_startupTime, { flushes }, events) => {
    events.on('flush', (_time, { counters, gauges, timer_data }) => {
      appendFileSync(flushes, JSON.stringify({ counters, gauges, timer_data }) + '\\n');
    });
    return true;
  };
`;

/** Starts StatsD and waits until it listens. */
export async function startFirstStatsd(
  directory: string,
): Promise<FirstStatsd & { readonly process: BackgroundProcess }> {
  const port = await freePort();
  const flushes = join(directory, 'flushes.ndjson');
  const backend = join(directory, 'backend.cjs');
  writeFileSync(backend, BACKEND);
  writeFileSync(flushes, '');
  const configuration = join(directory, 'statsd.js');
  const settings = {
    port,
    address: '127.0.0.1',
    mgmt_port: await freePort(),
    mgmt_address: '127.0.0.1',
    flushInterval: 300,
    // What got nothing is not said again.
    deleteIdleStats: true,
    deleteGauges: false,
    backends: [backend],
    flushes,
  };
  writeFileSync(configuration, JSON.stringify(settings));
  const program = createRequire(import.meta.url).resolve('statsd/stats.js');
  const child = startProcess({ command: process.execPath, args: [program, configuration], cwd: directory });
  await child.ready(() => child.stdout.includes('server is up'), 'StatsD');
  return {
    process: child,
    port,
    flushes: () =>
      readFileSync(flushes, 'utf8')
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as StatsdFlush),
  };
}
