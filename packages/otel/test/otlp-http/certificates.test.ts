import { createPrivateKey } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { trace } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type OtelHandle, startOtel } from '../../src/index.ts';
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

function start(): OtelHandle {
  const { port } = server.address() as AddressInfo;
  return startOtel({
    prometheus: false,
    handleSignals: false,
    otlp: { endpoint: `https://127.0.0.1:${port}`, timeout: 2_000 },
    traces: { batch: { scheduledDelay: 10 } },
  });
}

function connections(): Promise<number> {
  return new Promise((resolve) => server.getConnections((_, count) => resolve(count)));
}

function encrypted(key: string): string {
  const format = { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' } as const;
  return createPrivateKey(key).export(format) as string;
}

/** Exports a span and the metrics; returns what was said. */
async function exportAll(): Promise<string> {
  const lines: string[] = [];
  const write = vi.spyOn(process.stderr, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  const { flush, shutdown } = start();
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

  it.each([
    ['an encrypted key', 'CLIENT_KEY', () => encrypted(client.key), 'a key that is encrypted'],
    ['a certificate in place of the key', 'CLIENT_KEY', () => client.cert, 'a certificate, where the key'],
    [
      'the key of another certificate',
      'CLIENT_KEY',
      () => receiver.key,
      'the key of another certificate than',
    ],
    ['no key', 'CLIENT_KEY', () => 'nothing', 'no private key as PEM'],
    [
      'a key in place of the certificate',
      'CLIENT_CERTIFICATE',
      () => client.key,
      'a private key, where a certificate',
    ],
    ['no certificate', 'CLIENT_CERTIFICATE', () => 'nothing', 'no certificate as PEM'],
    ['an authority without a certificate', 'CERTIFICATE', () => 'nothing', 'no certificate as PEM'],
  ])(
    'is tried without what cannot be used, and its variable is named: %s',
    async (_, suffix, text, problem) => {
      vi.stubEnv('OTEL_EXPORTER_OTLP_CERTIFICATE', file('ca.pem', receiver.cert));
      vi.stubEnv('OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE', file('client.pem', client.cert));
      vi.stubEnv('OTEL_EXPORTER_OTLP_CLIENT_KEY', file('client.key', client.key));
      const variable = `OTEL_EXPORTER_OTLP_TRACES_${suffix}`;
      vi.stubEnv(variable, file('wrong.pem', text()));
      const said = await exportAll();
      expect(said).toMatch(new RegExp(`${variable} names a file with ${problem}.*, and is ignored`));
      expect(clients['/v1/metrics']).toBe('shop');
      if (suffix !== 'CERTIFICATE') expect(Object.keys(clients)).toContain('/v1/traces');
      expect(clients['/v1/traces']).toBeUndefined();
    },
  );

  it.each([
    ['CLIENT_KEY', 'CLIENT_CERTIFICATE'],
    ['CLIENT_CERTIFICATE', 'CLIENT_KEY'],
  ])(
    'is told nothing of the client where %s stands alone, and the other variable is named',
    async (given, missing) => {
      vi.stubEnv('OTEL_EXPORTER_OTLP_CERTIFICATE', file('ca.pem', receiver.cert));
      const text = given === 'CLIENT_KEY' ? client.key : client.cert;
      vi.stubEnv(`OTEL_EXPORTER_OTLP_${given}`, file('alone.pem', text));
      expect(await exportAll()).toContain(`OTEL_EXPORTER_OTLP_${given} needs OTEL_EXPORTER_OTLP_${missing}`);
      expect(Object.keys(clients)).toHaveLength(2);
    },
  );

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'may want a certificate of the client, %s: its variables are named',
    async (version) => {
      server.setSecureContext({ ...receiver, ca: client.cert, minVersion: version, maxVersion: version });
      Object.assign(server, { rejectUnauthorized: true });
      vi.stubEnv('OTEL_EXPORTER_OTLP_CERTIFICATE', file('ca.pem', receiver.cert));
      expect(await exportAll()).toMatch(
        /OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE and OTEL_EXPORTER_OTLP_CLIENT_KEY/,
      );
      expect(clients).toEqual({});
    },
  );

  it('is shown the certificate of the client that was renewed, and the old one while the files do not fit', async () => {
    const renewed = selfSigned('renewed');
    vi.stubEnv('OTEL_EXPORTER_OTLP_CERTIFICATE', file('ca.pem', receiver.cert));
    vi.stubEnv('OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE', file('client.pem', client.cert));
    vi.stubEnv('OTEL_EXPORTER_OTLP_CLIENT_KEY', file('client.key', client.key));
    const { flush, shutdown } = start();
    await flush();
    expect(clients['/v1/metrics']).toBe('shop');
    file('client.pem', renewed.cert);
    server.closeIdleConnections();
    await flush();
    expect(clients['/v1/metrics']).toBe('shop');
    file('client.key', renewed.key);
    await flush();
    expect(clients['/v1/metrics']).toBe('renewed');
    await expect.poll(connections).toBe(1);
    await shutdown();
  });

  it('is named once, where both signals have that file', async () => {
    vi.stubEnv('OTEL_EXPORTER_OTLP_CERTIFICATE', join(directory, 'missing.pem'));
    const said = await exportAll();
    expect(said.match(/names a file that cannot be read/g)).toHaveLength(1);
  });
});
