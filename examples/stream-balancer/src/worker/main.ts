import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { endWithParent, tellParent } from '@org/instrument-example-terminal';
import { createHealth } from '@org/instrument-health';
import { eventLoopCheck, memoryCheck } from '@org/instrument-health/checks';
import { createHealthHandler } from '@org/instrument-health/http';
import type { WorkerReady } from './protocol.ts';
import { createStreamServer } from './serve-streams.ts';

// A worker process: takes streams on one port and answers heartbeats from its own health on another.

const health = createHealth();
health.register('event-loop', eventLoopCheck(), { kind: 'system', cacheTtl: '1s' });
// Not critical: another process would have no more memory.
health.register('memory', memoryCheck(), { kind: 'system', cacheTtl: '1s', critical: false });

// Ctrl-C reaches the whole group; the orchestrator ends its workers itself, and without it there is nothing to do.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => process.exit());
endWithParent();

const streamPort = await listen(createStreamServer());
const healthPort = await listen(createServer(createHealthHandler(health, { details: 'always' })));
await tellParent<WorkerReady>({ kind: 'ready', streamPort, healthPort });

/** Listens on a free port of the loopback interface. */
async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
