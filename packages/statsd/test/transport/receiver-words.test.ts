import { once } from 'node:events';
import { connect } from 'node:net';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createStatsdExporter, type StatsdExporter, type StatsdOptions } from '../../src/index.ts';
import { resolveSettings } from '../../src/settings.ts';
import { receiverWords } from '../../src/transport/receiver-words.ts';
import { counter, metricsOf } from '../support/encode.ts';
import { socketPath, startStream } from '../support/receivers.ts';

let exporter: StatsdExporter;
let said: string[];

beforeEach(() => {
  said = [];
  const ignore = (): void => {};
  const error = (text: string): void => void said.push(text);
  diag.setLogger(
    { verbose: ignore, debug: ignore, info: ignore, warn: ignore, error },
    { logLevel: DiagLogLevel.ERROR, suppressOverrideMessage: true },
  );
});

afterEach(async () => {
  await exporter?.shutdown();
  diag.disable();
});

function send(options: StatsdOptions): Promise<Error | undefined> {
  exporter = createStatsdExporter({ timeout: 50, ...options });
  return new Promise((resolve) =>
    exporter.export(metricsOf([counter('orders', { value: 1 })]), ({ error }) => resolve(error)),
  );
}

describe('a receiver that is not there', () => {
  it('is told with the options that say where it is, by UDP', async () => {
    const error = await send({ host: 'statsd.invalid' });
    expect(error?.message).toMatch(
      /^StatsD at statsd\.invalid:8125 cannot be reached: .*statsd\.invalid\. The address is set by statsd\.host and statsd\.port$/,
    );
  });

  it('is told so by a stream, and until it is there', async () => {
    const path = socketPath();
    expect(await send({ transport: 'unix', path })).toBeUndefined();
    await exporter.forceFlush();
    const why = `connect ENOENT ${path}. The address is set by statsd.path`;
    expect(said).toEqual([`statsd: the connection to ${path} failed: ${why}`]);
    expect(exporter.whyLate()).toBe(`StatsD at ${path}: ${why}`);
    const receiver = await startStream({ path });
    await exporter.forceFlush();
    await receiver.received(1);
    await expect.poll(() => exporter.whyLate()).toBeUndefined();
    await receiver.close();
  });

  it('is told of only when there is something to send, and with what is lost at the end of the process', async () => {
    const path = socketPath();
    exporter = createStatsdExporter({ transport: 'unix', path });
    // By then the exporter has tried, too.
    await once(connect(path), 'error');
    exporter.exportNow(metricsOf([]));
    expect(said).toEqual([]);
    exporter.exportNow(metricsOf([counter('orders', { value: 1 }), counter('items', { value: 2 })]));
    expect(said).toEqual([
      `statsd: sending what was left to ${path} failed: 2 lines lost with the end of the process: ` +
        `connect ENOENT ${path}. The address is set by statsd.path`,
    ]);
    expect(exporter.statistics().dropped).toEqual({ unreachable: 2 });
  });

  it('is told of with what waited for it', async () => {
    exporter = createStatsdExporter({ transport: 'unix', path: socketPath(), timeout: 50 });
    for (const value of [1, 2]) {
      await new Promise<void>((done) =>
        exporter.export(metricsOf([counter('waiting', { value })]), () => done()),
      );
    }
    await exporter.forceFlush();
    exporter.exportNow(metricsOf([counter('last', { value: 1 })]));
    expect(said.at(-1)).toContain('3 lines lost with the end of the process: connect ENOENT');
    expect(exporter.whyLate()).toBeUndefined();
    const { lines, dropped } = exporter.statistics();
    expect({ lines, dropped }).toEqual({ lines: 0, dropped: { unreachable: 3 } });
  });

  it.each<[string, NodeJS.ProcessEnv, StatsdOptions]>([
    ['DD_AGENT_HOST and statsd.port', { DD_AGENT_HOST: 'agent' }, {}],
    ['DD_AGENT_HOST and DD_DOGSTATSD_PORT', { DD_AGENT_HOST: 'agent', DD_DOGSTATSD_PORT: '9' }, {}],
    ['statsd.host and DD_DOGSTATSD_PORT', { DD_AGENT_HOST: 'agent', DD_DOGSTATSD_PORT: '9' }, { host: 'h' }],
    ['statsd.host and statsd.port', { DD_AGENT_HOST: 'agent' }, { dialect: 'influx' }],
  ])('is looked for by %s', (setBy, env, options) => {
    const { explain } = receiverWords(resolveSettings(options, env).destination);
    expect(explain('nobody listens there')).toBe(`nobody listens there. The address is set by ${setBy}`);
  });
});
