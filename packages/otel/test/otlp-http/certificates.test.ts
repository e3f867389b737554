import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { trace } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startOtel } from '../../src/index.ts';
import { type SelfSigned, selfSigned } from './self-signed.ts';

let directory: string;
let server: Server;
let receiver: SelfSigned;
let client: SelfSigned;
/** Common names of the clients that came, by path. */
let clients: Record<string, string | undefined>;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'instrument-tls-'));
  [receiver, client] = [selfSigned('receiver'), selfSigned('shop')];
  clients = {};
  server = createServer({ ...receiver, ca: client.cert, requestCert: true, rejectUnauthorized: false });
  server.on('request', (request, response) => {
    const { subject } = (request.socket as TLSSocket).getPeerCertificate();
    clients[request.url ?? ''] = subject?.CN as string | undefined;
    request.resume().on('end', () => response.end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(async () => {
  vi.unstubAllEnvs();
  rmSync(directory, { recursive: true });
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function file(name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

/** Exports a span and the metrics; returns what was said. */
async function exportAll(): Promise<string> {
  const { port } = server.address() as AddressInfo;
  const lines: string[] = [];
  const write = vi.spyOn(process.stderr, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  const { flush, shutdown } = startOtel({
    prometheus: false,
    handleSignals: false,
    otlp: { endpoint: `https://127.0.0.1:${port}`, timeout: 2_000 },
    traces: { batch: { scheduledDelay: 10 } },
  });
  trace.getTracer('tls').startSpan('secured').end();
  await flush();
  await shutdown();
  write.mockRestore();
  return lines.join('');
}

describe('a receiver with TLS', () => {
  it('is not trusted, and not tried again, when nobody vouches for it', async () => {
    const start = performance.now();
    expect(await exportAll()).toMatch(/self-signed certificate.*OTEL_EXPORTER_OTLP_CERTIFICATE/);
    expect(performance.now() - start).toBeLessThan(2_000);
    expect(clients).toEqual({});
  });

  it('is trusted by OTEL_EXPORTER_OTLP_CERTIFICATE, and shown the certificate of the client', async () => {
    vi.stubEnv('OTEL_EXPORTER_OTLP_CERTIFICATE', file('ca.pem', receiver.cert));
    vi.stubEnv('OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE', file('client.pem', client.cert));
    vi.stubEnv('OTEL_EXPORTER_OTLP_CLIENT_KEY', file('client.key', client.key));
    await exportAll();
    expect(clients).toEqual({ '/v1/traces': 'shop', '/v1/metrics': 'shop' });
  });

  it('may be trusted for one signal only', async () => {
    vi.stubEnv('OTEL_EXPORTER_OTLP_CERTIFICATE', file('other.pem', client.cert));
    vi.stubEnv('OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE', file('ca.pem', receiver.cert));
    await exportAll();
    expect(Object.keys(clients)).toEqual(['/v1/traces']);
  });

  it('is named with the variable whose file cannot be read', async () => {
    vi.stubEnv('OTEL_EXPORTER_OTLP_METRICS_CERTIFICATE', join(directory, 'missing.pem'));
    expect(await exportAll()).toContain(
      'OTEL_EXPORTER_OTLP_METRICS_CERTIFICATE names a file that cannot be read',
    );
  });

  it('is named once, where both signals have that file', async () => {
    vi.stubEnv('OTEL_EXPORTER_OTLP_CERTIFICATE', join(directory, 'missing.pem'));
    const said = await exportAll();
    expect(said.match(/names a file that cannot be read/g)).toHaveLength(1);
  });
});
