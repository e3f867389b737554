import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createTerminus } from '@godaddy/terminus';
import { createHealth } from '@org/instrument-health';
import { createHealthHandler } from '@org/instrument-health/http';

/** Who answers `/readyz`. */
export type ReadyzKind = 'bare' | 'ours' | 'godaddy' | 'nest';

/** Checks behind the probe, each as cheap as an asynchronous one can be: what is measured is what surrounds them. */
const NAMES = ['database', 'cache', 'queue', 'search', 'mail'];
const check = async (): Promise<void> => {};

const kind = process.argv[2] as ReadyzKind;
process.on('disconnect', () => process.exit());
process.send?.(await serve());

async function serve(): Promise<string> {
  if (kind === 'nest') return await (await import('./readyz-nest.js')).serveNest(NAMES, check);
  const server = kind === 'godaddy' ? withTerminus() : createServer(listenerOf());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/readyz`;
}

function listenerOf(): RequestListener {
  if (kind === 'bare') return (_request, response) => response.end('ok');
  const health = createHealth();
  for (const name of NAMES) health.register(name, check);
  health.start();
  return createHealthHandler(health);
}

function withTerminus(): ReturnType<typeof createServer> {
  const onReady = async (): Promise<void> => void (await Promise.all(NAMES.map(check)));
  return createTerminus(
    createServer((_request, response) => response.writeHead(404).end()),
    { healthChecks: { '/readyz': onReady }, useExit0: true },
  );
}
