import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startConnectProxy } from '../../otel/test/otlp-grpc/connect-proxy.ts';
import {
  receivedMetrics,
  receivedSpans,
  startGrpcReceiver,
} from '../../otel/test/otlp-grpc/grpc-receiver.ts';
import { refuseWith, startHttp2Receiver } from '../../otel/test/otlp-grpc/http2-receiver.ts';
import { selfSigned } from '../../otel/test/otlp-http/self-signed.ts';
import { type OtlpReceiver, startOtlpReceiver } from '../../otel/test/otlp-receiver.ts';
import { type AppEnd, type AppOptions, startApp } from './support/start-app.ts';

const certificate = selfSigned('localhost');
let directory: string;
let authority: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'instrument-'));
  authority = join(directory, 'ca.pem');
  writeFileSync(authority, certificate.cert);
});

afterAll(() => rmSync(directory, { recursive: true }));

/** Runs an application that records one order, in a span, and ends at once. */
function runAndExit(
  otlp: string,
  env: Readonly<Record<string, string>> = {},
  options: Pick<AppOptions, 'flags' | 'nodeOptions'> = {},
): Promise<AppEnd> {
  return startApp({
    ...options,
    source: `
      import { getMeter, init, instrumentFunction } from '@org/instrument';
      const telemetry = init({
        prometheus: false,
        otlp: ${otlp},
        metrics: { interval: '1h' },
        traces: { batch: { scheduledDelay: '1h' } },
        shutdownTimeout: '3s',
      });
      const orders = getMeter('shop').createCounter('orders');
      await telemetry.ready;
      instrumentFunction(() => orders.add(1), { name: 'place' })();
      process.exit(3);`,
    env,
  }).end;
}

it('nothing that is preloaded into the application gets into the thread that delivers', async () => {
  const receiver = await startGrpcReceiver();
  const preload = join(directory, 'preload.cjs');
  writeFileSync(
    preload,
    "if (require('node:worker_threads').workerData?.requests) console.log('preloaded');",
  );
  const otlp = `{ endpoint: 'http://127.0.0.1:${receiver.port}', protocol: 'grpc' }`;
  const end = await runAndExit(
    otlp,
    {},
    { flags: ['--require', preload], nodeOptions: `--require "${preload}"` },
  );
  expect(end).toMatchObject({ code: 3, stdout: '', stderr: '' });
  expect(receivedSpans(receiver)).toEqual(['place']);
  receiver.close();
});

describe('what is left at process.exit() is delivered', () => {
  it.each(['none', 'gzip'])('over gRPC, compression %s', async (compression) => {
    const receiver = await startGrpcReceiver();
    const end = await runAndExit(`{
      endpoint: 'http://127.0.0.1:${receiver.port}', protocol: 'grpc', compression: '${compression}',
      headers: { 'X-Tenant': 'a', 'key-bin': 'bytes' },
    }`);
    expect(end).toMatchObject({ code: 3, stderr: '' });
    expect(receivedSpans(receiver)).toEqual(['place']);
    expect(receivedMetrics(receiver, 'orders')).toHaveLength(1);
    expect(receiver.exports[0]?.metadata.get('x-tenant')).toEqual(['a']);
    expect(receiver.exports[0]?.metadata.get('key-bin')).toEqual([Buffer.from('bytes')]);
    receiver.close();
  });

  it('over gRPC with TLS, to a receiver that the application trusts', async () => {
    const receiver = await startGrpcReceiver(certificate);
    const otlp = `{ endpoint: 'https://localhost:${receiver.port}', protocol: 'grpc' }`;
    const trusted = await runAndExit(otlp, { OTEL_EXPORTER_OTLP_CERTIFICATE: authority });
    expect(trusted).toMatchObject({ code: 3, stderr: '' });
    expect(receivedSpans(receiver)).toEqual(['place']);
    const { code, stderr } = await runAndExit(otlp);
    expect(code).toBe(3);
    expect(stderr).toMatch(/self-signed certificate.*OTEL_EXPORTER_OTLP_CERTIFICATE/);
    expect(stderr).not.toContain('The address is set by');
    expect(receivedSpans(receiver)).toEqual(['place']);
    receiver.close();
  });

  it.each([false, true])(
    'over gRPC through the proxy that grpc-js goes through, TLS: %s',
    async (isSecure) => {
      const receiver = await startGrpcReceiver(isSecure ? certificate : undefined);
      const proxy = await startConnectProxy(receiver.port);
      const target = isSecure ? 'localhost:4317' : 'collector.invalid:4317';
      const otlp = `{ endpoint: '${isSecure ? 'https' : 'http'}://${target}', protocol: 'grpc' }`;
      const env = {
        grpc_proxy: `http://user:p%40ss@${proxy.host}`,
        OTEL_EXPORTER_OTLP_CERTIFICATE: authority,
      };
      expect(await runAndExit(otlp, env)).toMatchObject({ code: 3, stderr: '' });
      expect(receivedSpans(receiver)).toEqual(['place']);
      expect(receivedMetrics(receiver, 'orders')).toHaveLength(1);
      const authorization = `Basic ${Buffer.from('user:p@ss').toString('base64')}`;
      expect(proxy.asked).toEqual([
        { target, authorization },
        { target, authorization },
      ]);
      proxy.status = 407;
      const refused = await runAndExit(otlp, env);
      expect(refused.stderr).toContain('the proxy of grpc_proxy answered 407');
      expect(refused.stderr).not.toContain('p@ss');
      await proxy.close();
      receiver.close();
    },
  );

  it('over gRPC, by the name of our exporter, to whom the URL names; a part that is not taken is said', async () => {
    const receiver = await startGrpcReceiver();
    const partial = Buffer.from([0x0a, 0x07, 0x08, 0x03, 0x12, 0x03, ...Buffer.from('old')]);
    receiver.answer = (answer) => answer(null, partial);
    const { stderr } = await runAndExit(
      `{ endpoint: 'http://user:secret@127.0.0.1:${receiver.port}', protocol: 'grpc' }`,
    );
    expect(receiver.exports[0]?.metadata.get('user-agent')[0]).toMatch(/^OTel-OTLP-Exporter-JavaScript\//);
    expect(receiver.exports[0]?.metadata.get('authorization')).toEqual([
      `Basic ${Buffer.from('user:secret').toString('base64')}`,
    ]);
    expect(stderr).toContain(
      `(traces) answered 200: Received Partial Success response: {"rejectedSpans":3,"errorMessage":"old"}`,
    );
    expect(stderr).toContain('"rejectedDataPoints":3');
    expect(stderr).not.toContain('secret');
    receiver.close();
  });

  it('over gRPC, again when the receiver is not available for a moment; a refusal is said', async () => {
    const receiver = await startHttp2Receiver();
    const answer = receiver.answer;
    receiver.answer = (call) => {
      const isMetrics = call.headers[':path']?.includes('Metrics');
      // INVALID_ARGUMENT, UNAVAILABLE
      if (isMetrics) refuseWith(call, 3, { 'grpc-message': 'no%20metrics %C3%A0 la carte, 100%' });
      else if (receiver.calls.length <= 2) refuseWith(call, 14);
      else answer(call);
    };
    const end = await runAndExit(`{ endpoint: 'http://127.0.0.1:${receiver.port}', protocol: 'grpc' }`);
    expect(end.code).toBe(3);
    expect(end.stderr).toContain(
      `exit: OTLP receiver http://127.0.0.1:${receiver.port}/ (metrics): INVALID_ARGUMENT: no metrics à la carte, 100%`,
    );
    expect(end.stderr.trim().split('\n')).toHaveLength(1);
    expect(receiver.calls).toHaveLength(3);
    await receiver.close();
  });

  it.each(['OTEL_EXPORTER_OTLP_CERTIFICATE', 'NODE_EXTRA_CA_CERTS'])(
    'over HTTPS, to a receiver that the application trusts by %s',
    async (variable) => {
      const paths: (string | undefined)[] = [];
      const server = createServer(certificate, (request, response) => {
        paths.push(request.url);
        request.resume().on('end', () => response.end());
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const otlp = `{ endpoint: 'https://localhost:${(server.address() as AddressInfo).port}' }`;
      const trusted = await runAndExit(otlp, { [variable]: authority });
      expect(trusted).toMatchObject({ code: 3, stderr: '' });
      expect(paths.sort()).toEqual(['/v1/metrics', '/v1/traces']);
      const { code, stderr } = await runAndExit(otlp);
      expect(code).toBe(3);
      expect(stderr).toContain('self-signed certificate');
      expect(paths).toHaveLength(2);
      server.close();
    },
  );
});

describe('what a receiver answers to it over HTTP is told as while the application runs', () => {
  it.each<[string, OtlpReceiver['answer'], RegExp]>([
    [
      'a part that is not taken',
      (response) => response.end('{"partialSuccess":{"rejectedSpans":"2","errorMessage":"too old"}}'),
      /v1\/traces answered 200: Received Partial Success response: \{"rejectedSpans":"2","errorMessage":"too old"\}/,
    ],
    [
      'a page',
      (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<title>Sign in</title>'),
      /v1\/traces: A page \(text\/html\) is no answer of a receiver of OTLP.*otlp\.endpoint \(OTEL_EXPORTER_OTLP_ENDPOINT\)/,
    ],
    [
      'a reason',
      (response) => response.writeHead(400, { 'content-type': 'text/plain' }).end('use protobuf'),
      /v1\/traces answered 400: Bad Request: use protobuf/,
    ],
    [
      'a redirect',
      (response) => response.writeHead(308, { location: 'https://elsewhere/v1/traces' }).end(),
      /v1\/traces answered 308: Permanent Redirect \(to https:\/\/elsewhere\/v1\/traces\)/,
    ],
  ])('%s', async (_, answer, said) => {
    const receiver = await startOtlpReceiver();
    receiver.answer = answer;
    const end = await runAndExit(`{ endpoint: '${receiver.url}', protocol: 'http/json' }`);
    expect(end.code).toBe(3);
    expect(end.stderr).toMatch(said);
    expect(end.stderr.trim().split('\n')).toHaveLength(2);
    expect(receiver.requests).toHaveLength(2);
    await receiver.close();
  });

  it('nothing where it breaks off, or goes on, after it has taken all', async () => {
    const receiver = await startOtlpReceiver();
    receiver.answer = (response, path) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{', () => {
        if (path === '/v1/traces') response.destroy();
      });
    };
    const end = await runAndExit(`{ endpoint: '${receiver.url}', protocol: 'http/json' }`);
    expect(end).toMatchObject({ code: 3, stderr: '' });
    await receiver.close();
  });
});
