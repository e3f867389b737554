import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Metadata, status } from '@grpc/grpc-js';
import { context, metrics, trace } from '@opentelemetry/api';
import { meterProvider } from '@org/instrument-core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type OtelHandle, type OtelOptions, type OtlpOptions, startOtel } from '../../src/index.ts';
import { selfSigned } from '../otlp-http/self-signed.ts';
import { decodeMetrics } from '../otlp-metrics/decode-request.ts';
import { saying } from '../saying.ts';
import {
  accept,
  type GrpcReceiver,
  receivedMetrics,
  receivedSpans,
  startGrpcReceiver,
} from './grpc-receiver.ts';
import { answerWith, startHttp2Receiver } from './http2-receiver.ts';

let receiver: GrpcReceiver;
let handle: OtelHandle | undefined;

beforeEach(async () => {
  receiver = await startGrpcReceiver();
});

afterEach(async () => {
  await handle?.shutdown();
  handle = undefined;
  receiver.close();
  vi.unstubAllEnvs();
});

/** What a receiver sends that wants to be asked again later: `google.rpc.Status` with a `RetryInfo`, as bytes. */
function retryInfo(seconds: number): Metadata {
  const field = (number: number, bytes: Uint8Array): Buffer =>
    Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes]);
  const delay = field(1, Buffer.from([0x08, seconds]));
  const any = [field(1, Buffer.from('type.googleapis.com/google.rpc.RetryInfo')), field(2, delay)];
  const metadata = new Metadata();
  metadata.set('grpc-status-details-bin', field(3, Buffer.concat(any)));
  return metadata;
}

function start(otlp: OtlpOptions = {}, more: OtelOptions = {}): OtelHandle {
  handle = startOtel({
    prometheus: false,
    handleSignals: false,
    logLevel: 'none',
    otlp: { endpoint: `http://127.0.0.1:${receiver.port}`, protocol: 'grpc', timeout: '3s', ...otlp },
    ...more,
  });
  return handle;
}

const counter = meterProvider.getMeter('grpc').createCounter('grpc.work');
let worked = 0;

/** Work of the application: a count and a span. Whatever throws here has reached the caller. */
function work(): void {
  counter.add(1);
  worked++;
  trace.getTracer('grpc').startSpan(`work ${worked}`, {}, context.active()).end();
}

function delivered(): { count: number; spans: string[] } {
  const point = receivedMetrics(receiver, 'grpc.work').at(-1)?.sum?.dataPoints[0];
  return { count: Number(point?.asDouble ?? point?.asInt), spans: receivedSpans(receiver) };
}

function selfMetric(name: string, attributes: Record<string, unknown> = {}): number {
  return meterProvider
    .snapshot()
    .filter((series) => series.name === name)
    .filter((series) => Object.entries(attributes).every(([key, value]) => series.attributes[key] === value))
    .reduce((sum, { value }) => sum + value, 0);
}

const faults = (): number => selfMetric('instrument.faults');

describe('OTLP over gRPC', () => {
  it('delivers spans and metrics, as protobuf', async () => {
    const { flush } = start();
    work();
    await flush();
    expect(delivered()).toEqual({ count: worked, spans: [`work ${worked}`] });
    expect(receivedMetrics(receiver, 'grpc.work')[0]?.sum).toMatchObject({
      aggregationTemporality: 'CUMULATIVE',
      isMonotonic: true,
    });
    work();
    await flush();
    expect(delivered()).toEqual({ count: worked, spans: [`work ${worked - 1}`, `work ${worked}`] });
  });

  it('delivers deltas when asked for', async () => {
    const { flush } = start({ temporality: 'delta' });
    await flush();
    receiver.exports.length = 0;
    work();
    work();
    await flush();
    expect(delivered().count).toBe(2);
    expect(receivedMetrics(receiver, 'grpc.work')[0]?.sum?.aggregationTemporality).toBe('DELTA');
  });

  it('sends headers as metadata, for each signal too, and leaves out what metadata cannot be', async () => {
    const said = await saying(async () => {
      const { flush } = start({
        headers: { Authorization: 'Bearer all', 'x-tenant': 'shop', 'x!y': 's3cret', accented: 's3crét' },
        traces: { headers: { Authorization: 'Bearer traces' } },
      });
      work();
      await flush();
    });
    const sent = (signal: string) =>
      receiver.exports.find((each) => each.signal === signal)?.metadata.getMap();
    expect(sent('metrics')).toMatchObject({ authorization: 'Bearer all', 'x-tenant': 'shop' });
    expect(sent('traces')).toMatchObject({ authorization: 'Bearer traces', 'x-tenant': 'shop' });
    expect(sent('metrics')?.['user-agent']).toMatch(/^OTel-OTLP-Exporter-JavaScript\/\d+\.\d+\.\d+ /);
    expect(said.filter((line) => line.includes('the header x!y'))).not.toEqual([]);
    expect(said.filter((line) => line.includes('the header accented'))).not.toEqual([]);
    expect(said.join()).not.toContain('s3cr');
  });

  it('says to the receiver who its URL names, unless a header does', async () => {
    const endpoint = `http://user:p%w@127.0.0.1:${receiver.port}`;
    const { flush } = start({ endpoint, traces: { headers: { Authorization: 'Bearer traces' } } });
    work();
    await flush();
    const sent = (signal: string) =>
      receiver.exports.find((each) => each.signal === signal)?.metadata.get('authorization');
    expect(sent('metrics')).toEqual([`Basic ${Buffer.from('user:p%w').toString('base64')}`]);
    expect(sent('traces')).toEqual(['Bearer traces']);
  });

  it('is understood when it is compressed', async () => {
    const { flush } = start({ compression: 'gzip' });
    work();
    await flush();
    expect(delivered()).toEqual({ count: worked, spans: [`work ${worked}`] });
  });

  it('takes no path from the endpoint, and says so', async () => {
    const said = await saying(async () => {
      const { flush } = start({ endpoint: `http://127.0.0.1:${receiver.port}/v1/traces` });
      work();
      await flush();
    });
    expect(delivered().count).toBe(worked);
    expect(said.join()).toContain('/v1/traces is left out; see otlp.endpoint (OTEL_EXPORTER_OTLP_ENDPOINT)');
  });

  it('counts what it exported, as the semantic conventions name it', async () => {
    const { flush } = start();
    work();
    await flush();
    const attributes = { 'otel.component.type': 'otlp_grpc_span_exporter', 'server.port': receiver.port };
    expect(selfMetric('otel.sdk.exporter.span.exported', attributes)).toBe(1);
    expect(
      selfMetric('otel.sdk.exporter.metric_data_point.exported', {
        'otel.component.type': 'otlp_grpc_metric_exporter',
        'server.port': receiver.port,
      }),
    ).toBeGreaterThan(0);
  });

  it('sends one signal over gRPC and the other elsewhere', async () => {
    const { flush } = start({ metrics: false });
    work();
    await flush();
    expect(receiver.exports.map(({ signal }) => signal)).toEqual(['traces']);
  });
});

describe('over TLS', () => {
  const certificate = selfSigned('receiver');
  let secure: GrpcReceiver;
  let directory: string;

  beforeEach(async () => {
    secure = await startGrpcReceiver(certificate);
    directory = mkdtempSync(join(tmpdir(), 'instrument-grpc-'));
    writeFileSync(join(directory, 'ca.pem'), certificate.cert);
    writeFileSync(join(directory, 'key.pem'), certificate.key);
  });

  afterEach(async () => {
    await handle?.shutdown();
    secure.close();
    rmSync(directory, { recursive: true });
  });

  it('an https:// endpoint is encrypted, and its certificate checked', async () => {
    vi.stubEnv('OTEL_EXPORTER_OTLP_CERTIFICATE', join(directory, 'ca.pem'));
    const { flush } = start({ endpoint: `https://localhost:${secure.port}` });
    work();
    await flush();
    expect(secure.exports.map(({ signal }) => signal).sort()).toEqual(['metrics', 'traces']);
  });

  it('a certificate that nobody vouches for is refused, and the variable is named', async () => {
    const before = faults();
    const said = await saying(async () => {
      const { flush } = start({ endpoint: `https://localhost:${secure.port}`, timeout: 300 });
      work();
      await flush();
    });
    expect(secure.exports).toEqual([]);
    expect(faults()).toBeGreaterThanOrEqual(before + 2);
    expect(said.join()).toContain('Whom to trust is set by OTEL_EXPORTER_OTLP_CERTIFICATE');
    expect(said.join()).not.toContain('The address is set by');
  });

  it('a client certificate without its key is left out, with a warning', async () => {
    vi.stubEnv('OTEL_EXPORTER_OTLP_CERTIFICATE', join(directory, 'ca.pem'));
    vi.stubEnv('OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE', join(directory, 'ca.pem'));
    const said = await saying(async () => {
      const { flush } = start({ endpoint: `https://localhost:${secure.port}` });
      work();
      await flush();
    });
    expect(secure.exports).toHaveLength(2);
    expect(said.join()).toContain('a client certificate and its key belong together');
  });

  it('a certificate that is none fails each export, and nothing else', async () => {
    writeFileSync(join(directory, 'ca.pem'), 'not PEM');
    writeFileSync(join(directory, 'key.pem'), 'not PEM');
    vi.stubEnv('OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE', join(directory, 'ca.pem'));
    vi.stubEnv('OTEL_EXPORTER_OTLP_CLIENT_KEY', join(directory, 'key.pem'));
    const { flush } = start({ endpoint: `https://localhost:${secure.port}`, timeout: 300 });
    const before = faults();
    work();
    await flush();
    expect(faults()).toBeGreaterThanOrEqual(before + 2);
  });

  it('an http:// endpoint does not speak TLS, whatever the variables say', async () => {
    vi.stubEnv('OTEL_EXPORTER_OTLP_CERTIFICATE', join(directory, 'ca.pem'));
    vi.stubEnv('OTEL_EXPORTER_OTLP_INSECURE', 'false');
    const { flush } = start();
    work();
    await flush();
    expect(delivered().count).toBe(worked);
  });
});

describe('a receiver that', () => {
  it('is unavailable for a moment: the same data comes again, and nothing is lost or a fault', async () => {
    const { flush } = start();
    const refused = new Set<string>();
    receiver.answer = (answer, { signal }) => {
      if (refused.has(signal)) return accept(answer);
      refused.add(signal);
      answer({ code: status.UNAVAILABLE, details: 'starting' });
    };
    const before = faults();
    work();
    await flush();
    expect(faults()).toBe(before);
    expect(delivered()).toEqual({ count: worked, spans: [`work ${worked}`, `work ${worked}`] });
    const [first, second] = receiver.exports.filter(({ signal }) => signal === 'metrics');
    expect(second?.body.equals(first?.body ?? Buffer.alloc(0))).toBe(true);
  });

  it('refuses: a fault with its words and what to look at, and the next export succeeds', async () => {
    receiver.answer = (answer) => answer({ code: status.UNAUTHENTICATED, details: 'who are you?' });
    const before = faults();
    let flush = async (): Promise<void> => {};
    const said = await saying(async () => {
      ({ flush } = start({}, { logLevel: 'error' }));
      work();
      await flush();
    });
    expect(faults()).toBeGreaterThanOrEqual(before + 2);
    expect(receiver.exports).toHaveLength(2);
    expect(said.join('\n')).toContain(
      `OTLP receiver http://127.0.0.1:${receiver.port}/ (metrics): UNAUTHENTICATED: who are you?. See otlp.headers`,
    );
    receiver.exports.length = 0;
    receiver.answer = accept;
    work();
    await flush();
    expect(delivered()).toEqual({ count: worked, spans: [`work ${worked}`] });
  });

  it('is behind a proxy that takes no such size: deltas are dropped at once, and the next come', async () => {
    const proxy = await startHttp2Receiver();
    proxy.answer = ({ stream }) => {
      stream.respond({ ':status': 413, 'content-type': 'text/html' });
      stream.end('<h1>Request Entity Too Large</h1>');
    };
    const large = meterProvider.getMeter('grpc').createCounter('grpc.large');
    const said = await saying(async () => {
      const { flush } = start({ endpoint: `http://127.0.0.1:${proxy.port}`, temporality: 'delta' });
      large.add(100);
      await flush();
      proxy.answer = (call) => answerWith(call);
      large.add(1);
      await flush();
    });
    const taken = decodeMetrics(proxy.calls.at(-1)?.message ?? Buffer.alloc(0));
    expect(taken.find(({ name }) => name === 'grpc.large')?.sum?.dataPoints[0]?.asDouble).toBe(1);
    expect(said.join()).toMatch(/answered 413: .*The export is larger than it takes.*otlp\.compression/);
    await proxy.close();
  });

  it('throttles, and says for how long: deltas are kept until it takes them', async () => {
    const { flush } = start({ temporality: 'delta', timeout: 200 });
    const throttled = metrics.getMeter('grpc').createCounter('grpc.throttled');
    receiver.answer = (answer) =>
      answer({ code: status.RESOURCE_EXHAUSTED, details: 'slow down', metadata: retryInfo(30) });
    for (let push = 0; push < 5; push++) {
      throttled.add(10);
      await flush();
    }
    receiver.exports.length = 0;
    receiver.answer = accept;
    throttled.add(10);
    await flush();
    const [point] = receivedMetrics(receiver, 'grpc.throttled')[0]?.sum?.dataPoints ?? [];
    expect(point?.asDouble).toBe(60);
  });

  it('takes only a part: that is a fault, and what it says about it is told', async () => {
    const partial = Buffer.from([0x0a, 0x07, 0x08, 0x03, 0x12, 0x03, ...Buffer.from('bad')]);
    receiver.answer = (answer) => answer(null, partial);
    const before = faults();
    const said = await saying(async () => {
      const { flush } = start();
      work();
      await flush();
    });
    expect(faults()).toBe(before + 2);
    expect(said.join()).toContain('Partial Success');
  });

  it('hangs: the export is given up after its timeout and counted, and the next one succeeds', async () => {
    const { flush } = start({ timeout: 200 });
    receiver.answer = () => {};
    const before = faults();
    work();
    await flush();
    expect(faults()).toBeGreaterThanOrEqual(before + 2);
    receiver.exports.length = 0;
    receiver.answer = accept;
    work();
    await flush();
    expect(delivered()).toEqual({ count: worked, spans: [`work ${worked}`] });
  });

  it('is absent: faults with its name are counted, and shutdown keeps its deadline', async () => {
    receiver.close();
    const before = faults();
    let millis = Number.NaN;
    const said = await saying(async () => {
      const { shutdown } = start({ timeout: '30s' }, { shutdownTimeout: 500, logLevel: 'error' });
      work();
      const begun = performance.now();
      await shutdown();
      millis = performance.now() - begun;
    });
    expect(millis).toBeGreaterThan(450);
    expect(millis).toBeLessThan(1_500);
    expect(faults()).toBeGreaterThan(before);
    expect(said.join()).toContain(
      `within 500 ms. OTLP receiver http://127.0.0.1:${receiver.port}/ (metrics): UNAVAILABLE: `,
    );
  });

  it('is absent: its name and the option that sets it are in the message', async () => {
    receiver.close();
    const said = await saying(async () => {
      const { flush } = start({ timeout: 300 }, { logLevel: 'error' });
      work();
      await flush();
    });
    const line = said.find((each) => each.includes('(metrics): UNAVAILABLE')) ?? '';
    expect(line).toContain(`OTLP receiver http://127.0.0.1:${receiver.port}/ (metrics): UNAVAILABLE: `);
    expect(line).toContain(`ECONNREFUSED 127.0.0.1:${receiver.port}`);
    expect(line).toContain('otlp.endpoint (OTEL_EXPORTER_OTLP_ENDPOINT)');
  });
});
