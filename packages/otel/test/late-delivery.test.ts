import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { DiagLogLevel, diag, trace } from '@opentelemetry/api';
import { meterProvider } from '@org/instrument-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeLate } from '../src/delivery.ts';
import { type OtelHandle, type OtelOptions, startOtel } from '../src/index.ts';
import { accept, hang, type OtlpReceiver, startOtlpReceiver } from './otlp-receiver.ts';

const counter = meterProvider.getMeter('late').createCounter('late.work');
const ADDRESS = 'The address is set by otlp.endpoint (OTEL_EXPORTER_OTLP_ENDPOINT)';
let receiver: OtlpReceiver;
let handle: OtelHandle;
let warnings: string[];

beforeEach(async () => {
  warnings = [];
  receiver = await startOtlpReceiver();
  const ignore = (): void => {};
  const warn = (message: string): void => void warnings.push(message);
  diag.setLogger(
    { verbose: ignore, debug: ignore, info: ignore, warn, error: ignore },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
});

afterEach(async () => {
  await receiver.close();
  await handle.shutdown();
  diag.disable();
});

/** What is said of a delivery of one count and one span. */
async function late(deliver: 'flush' | 'shutdown' = 'flush'): Promise<string> {
  counter.add(1);
  trace.getTracer('late').startSpan('work').end();
  warnings.length = 0;
  await handle[deliver]();
  return warnings.join('\n');
}

function start(otlp: NonNullable<OtelOptions['otlp']>): void {
  handle = startOtel({ prometheus: false, handleSignals: false, shutdownTimeout: 300, otlp });
}

describe('a delivery that takes longer than shutdownTimeout', () => {
  it.each(['flush', 'shutdown'] as const)(
    'says at %s which receivers refused it, and how',
    async (deliver) => {
      const endpoint = `http://127.0.0.1:${await closedPort()}`;
      start({ endpoint });
      const refused = (signal: string): string =>
        `OTLP receiver ${endpoint}/v1/${signal}: connect ECONNREFUSED ${new URL(endpoint).host}. ${ADDRESS}`;
      expect(await late(deliver)).toBe(
        `Not everything could be delivered within 300 ms. ${refused('metrics')}. ${refused('traces')}`,
      );
    },
  );

  it('says so over gRPC', async () => {
    const endpoint = `http://127.0.0.1:${await closedPort()}`;
    start({ endpoint, protocol: 'grpc' });
    const said = await late();
    expect(said).toMatch(/within 300 ms\. OTLP receiver .*: UNAVAILABLE: .*ECONNREFUSED/);
    expect(said).toContain(ADDRESS);
  });

  it('says what a receiver answers that is out of order', async () => {
    receiver.answer = (response) => response.writeHead(503).end();
    start({ endpoint: receiver.url });
    expect(await late()).toContain(
      `OTLP receiver ${receiver.url}/v1/metrics answered 503: Service Unavailable`,
    );
  });

  it('names only the receiver that has not answered', async () => {
    receiver.answer = (response, path) => (path.endsWith('metrics') ? hang() : accept(response));
    start({ endpoint: receiver.url });
    expect(await late()).toBe(
      'Not everything could be delivered within 300 ms. ' +
        `OTLP receiver ${receiver.url}/v1/metrics: it has not answered. ${ADDRESS}`,
    );
  });

  it('tells no fault from before the receiver took something', async () => {
    receiver.answer = (response) => response.writeHead(400).end();
    start({ endpoint: receiver.url });
    await late();
    receiver.answer = accept;
    expect(await late()).toBe('');
    receiver.answer = hang;
    const said = await late();
    expect(said).toContain('it has not answered');
    expect(said).not.toContain('answered 400');
  });

  it('is no news where nobody is to wait, and goes on', async () => {
    let answered = 0;
    receiver.answer = (response) => {
      answered++;
      accept(response);
    };
    handle = startOtel({
      prometheus: false,
      handleSignals: false,
      shutdownTimeout: 0,
      otlp: { endpoint: receiver.url },
    });
    await handle.ready;
    expect(await late()).toBe('');
    await expect.poll(() => answered).toBe(2);
  });

  it('is told in few words, whatever receivers say', () => {
    const talkative = { flush: wait, shutdown: wait };
    const long = [1, 2, 3, 4].map((i) => ({ ...talkative, whyLate: () => `${i}`.repeat(10_000) }));
    const said = describeLate(500, long);
    expect(said.length).toBeLessThan(1_100);
    for (const part of ['111', '222', '333']) expect(said).toContain(part);
    expect(describeLate(500, [talkative, undefined])).toBe(
      'Not everything could be delivered within 500 ms; is the receiver reachable?',
    );
  });
});

const wait = (): Promise<void> => Promise.resolve();

async function closedPort(): Promise<number> {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  await new Promise((resolve) => taken.close(resolve));
  return port;
}
