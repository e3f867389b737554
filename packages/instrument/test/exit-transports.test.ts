import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  receivedMetrics,
  receivedSpans,
  startGrpcReceiver,
} from '../../otel/test/otlp-grpc/grpc-receiver.ts';
import { refuseWith, startHttp2Receiver } from '../../otel/test/otlp-grpc/http2-receiver.ts';
import { selfSigned } from '../../otel/test/otlp-http/self-signed.ts';
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
    expect(stderr).toContain('self-signed certificate');
    expect(receivedSpans(receiver)).toEqual(['place']);
    receiver.close();
  });

  it('over gRPC, again when the receiver is not available for a moment; a refusal is said', async () => {
    const receiver = await startHttp2Receiver();
    const answer = receiver.answer;
    receiver.answer = (call) => {
      const isMetrics = call.headers[':path']?.includes('Metrics');
      // INVALID_ARGUMENT, UNAVAILABLE
      if (isMetrics) refuseWith(call, 3, { 'grpc-message': 'no metrics here' });
      else if (receiver.calls.length <= 2) refuseWith(call, 14);
      else answer(call);
    };
    const end = await runAndExit(`{ endpoint: 'http://127.0.0.1:${receiver.port}', protocol: 'grpc' }`);
    expect(end.code).toBe(3);
    expect(end.stderr).toContain(
      `exit: OTLP receiver http://127.0.0.1:${receiver.port}/ (metrics): INVALID_ARGUMENT: no metrics here`,
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
