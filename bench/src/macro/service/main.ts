import { once } from 'node:events';
import { createServer } from 'node:net';
import { startMeter, startTurns, type Usage } from './meter.ts';
import { startProfiler } from './profiler.ts';
import type { ServiceMessage, ServiceRequest, ServiceSetup } from './protocol.ts';
import type { Shop } from './shop.ts';
import type { ContenderModule } from './telemetry.ts';

// The process that is measured: one contender, from start to end.

const { contender, otlp, postgres } = JSON.parse(process.argv[2] ?? '') as ServiceSetup;
const { start } = (await import(`../contenders/${contender.module}.js`)) as ContenderModule;
const telemetry = await start({
  metricsPort: await freePort(),
  otlp,
  isTraced: contender.isTraced ?? false,
  isDecorated: contender.isDecorated ?? false,
});
// Fastify is loaded when the instrumentations are there, as they ask for.
const { createService } = await import('./app.js');
const service = await createService(telemetry, await createShop());
const nextTurn = startTurns(() => service.served);
let stopMeter: (() => Usage) | undefined;
let stopProfiler: Awaited<ReturnType<typeof startProfiler>> | undefined;

process.on('message', async (request: ServiceRequest) => {
  if (request.kind === 'measure') {
    if (request.isProfiled) stopProfiler = await startProfiler();
    stopMeter = startMeter(() => service.served);
    tell({ kind: 'measuring' });
  } else if (request.kind === 'turn') {
    service.isRecording = request.isRecording;
    tell({ kind: 'turn', turn: nextTurn() });
  } else if (stopMeter !== undefined) {
    const usage = stopMeter();
    tell({ kind: 'usage', usage, profile: await stopProfiler?.() });
  }
});
process.on('disconnect', () => process.exit());
// Ctrl-C reaches the whole group; the parent ends its children itself.
process.on('SIGINT', () => undefined);
const url = await service.app.listen({ port: 0, host: '127.0.0.1' });
tell({ kind: 'ready', url, metricsUrl: telemetry.metricsUrl });

async function createShop(): Promise<Shop> {
  if (postgres === undefined) return (await import('./memory-shop.js')).createMemoryShop();
  return (await import('./postgres-shop.js')).createPostgresShop(postgres);
}

function tell(message: ServiceMessage): void {
  process.send?.(message);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
