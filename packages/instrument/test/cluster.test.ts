import { once } from 'node:events';
import { get } from 'node:http';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { freePort } from '../../../test/support/free-port.ts';
import { type App, startApp } from './support/start-app.ts';

interface Child {
  readonly id: number;
  readonly url?: string;
}

const apps: App[] = [];

afterEach(async () => {
  for (const { child, end } of apps.splice(0)) {
    child.kill('SIGTERM');
    await end;
  }
});

async function startCluster(port: number): Promise<{ readonly app: App; readonly children: Child[] }> {
  const file = fileURLToPath(new URL('./support/cluster-app.mjs', import.meta.url));
  const app = startApp({ file, env: { METRICS_PORT: String(port) } });
  apps.push(app);
  let printed = '';
  app.child.stdout?.on('data', (chunk) => (printed += chunk));
  await app.printed(']');
  return { app, children: JSON.parse(printed) as Child[] };
}

/** Over a new connection each time: a cluster shares out connections. */
async function ordersAt(url: string): Promise<number> {
  const [response] = await once(get(url, { agent: false }), 'response');
  return Number(/^orders_total\S* (\d+)$/m.exec(await text(response))?.[1]);
}

it('of the children of a cluster, one serves /metrics on a port; the others say what to do', async () => {
  const port = await freePort();
  const { app, children } = await startCluster(port);
  const [serving, ...others] = children.filter(({ url }) => url !== undefined);
  expect(others).toEqual([]);

  const scrapes: number[] = [];
  for (let scrape = 0; scrape < 6; scrape++) scrapes.push(await ordersAt(String(serving?.url)));

  expect(new Set(scrapes)).toEqual(new Set([serving?.id]));
  app.child.kill('SIGTERM');
  expect((await app.end).stderr).toMatch(
    /cannot listen on .*another child of this cluster .* a port of its own/,
  );
});

it('the children of a cluster each serve /metrics on a free port', async () => {
  const { children } = await startCluster(0);
  const counts = await Promise.all(children.map(({ url }) => ordersAt(String(url))));
  expect(counts).toEqual(children.map(({ id }) => id));
});
