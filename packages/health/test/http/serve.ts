import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach } from 'vitest';
import { createHealth } from '../../src/create-health.ts';
import type { Health } from '../../src/health.ts';
import { createHealthHandler } from '../../src/http/node-handler.ts';
import type { HealthHttpOptions } from '../../src/http/options.ts';
import type { ResultStatus } from '../../src/status.ts';

const endings: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(endings.splice(0).map((end) => end()));
});

/** A real server that is stopped after the test. */
export interface Served {
  /** Without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** Sends bytes as they are, and gives all that comes back until the server ends the connection. */
  raw(text: string): Promise<string>;
}

/** Serves a listener on a free port. */
export async function serveListener(listener: RequestListener): Promise<Served> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  endings.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, port, raw: (text) => exchange(connect(port, '127.0.0.1'), text) };
}

/** Serves the endpoints of a health. */
export function serve(health: Health, options?: HealthHttpOptions): Promise<Served> {
  return serveListener(createHealthHandler(health, options));
}

/** A health with one check of each status, all of which have run. */
export async function mixedHealth(): Promise<Health> {
  const health = createHealth();
  health.register('database', () => ({ status: 'unhealthy', reason: 'connection refused: 10.0.0.7:5432' }));
  health.register('cache', () => ({ status: 'degraded', reason: 'hit ratio 41 %', details: { hits: 41n } }), {
    kind: 'system',
    critical: false,
  });
  health.register('disk', () => true, { probes: ['readiness', 'liveness'] });
  await health.check();
  return health;
}

/** A check whose result can be set; `set` runs it. */
export function settable(health: Health, name: string, probes = ['readiness']) {
  let status: ResultStatus = 'healthy';
  let reason: string | undefined;
  let runs = 0;
  health.register(
    name,
    () => {
      runs++;
      return { status, reason };
    },
    { probes, failureThreshold: 1, successThreshold: 1 },
  );
  return {
    runs: () => runs,
    set: async (next: ResultStatus, why?: string) => {
      status = next;
      reason = why;
      await health.check({ check: name, fresh: true });
    },
  };
}

async function exchange(socket: Socket, text: string): Promise<string> {
  let received = '';
  socket.setEncoding('latin1').on('data', (data) => {
    received += data;
  });
  socket.on('error', () => {});
  socket.write(text, 'latin1');
  await once(socket, 'close');
  return received;
}
