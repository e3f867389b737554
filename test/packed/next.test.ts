import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, vi } from 'vitest';
import {
  type OtlpReceiver,
  receivedSpans,
  startOtlpReceiver,
} from '../../packages/otel/test/otlp-receiver.ts';
import { freePort } from '../support/free-port.ts';
import { startApp, stopApps } from './support/app.ts';
import { emptyFolder } from './support/empty-folder.ts';
import { scrape } from './support/metrics-page.ts';
import { SOME_NODES } from './support/node-versions.ts';
import { createProject, removeProjects } from './support/project.ts';
import { run } from './support/run.ts';
import { scenario } from './support/scenario.ts';

const VERSION = '16.4.6';
const dependencies = {
  '@types/node': '20.19.43',
  '@types/react': '19.3.3',
  next: VERSION,
  react: '19.3.1',
  'react-dom': '19.3.1',
  typescript: '5.9.3',
};

/** Next closes its server at SIGTERM, and exits with 128 and the number of the signal, as a shell would say. */
const BY_ITSELF = { code: 143, signal: null };

let receiver: OtlpReceiver;

stopApps();
removeProjects();
beforeEach(async () => {
  receiver = await startOtlpReceiver();
  return () => receiver.close();
});

describe.each([
  { bundler: 'turbopack', external: [], how: 'Turbopack' },
  { bundler: 'webpack', external: [], how: 'webpack' },
  // Left outside of the bundle: Next copies the files that it finds to be needed.
  { bundler: 'webpack', external: ['@org/instrument'], how: 'webpack, with `serverExternalPackages`' },
])('an application of Next.js, built by $how', ({ bundler, external, how }) => {
  let built: string;
  beforeAll(async () => {
    const project = await createProject('next', { type: 'module', dependencies });
    const env = { NEXT_TELEMETRY_DISABLED: '1', EXTERNAL: external.join() };
    await run('node', [join('node_modules', 'next', 'dist', 'bin', 'next'), 'build', `--${bundler}`], {
      cwd: project,
      env,
    });
    built = join(project, '.next', 'standalone');
  });

  scenario(`Next.js ${VERSION}, \`output: 'standalone'\` by ${how}`, SOME_NODES, async (node) => {
    const cwd = emptyFolder();
    cpSync(built, cwd, { recursive: true });
    const port = await freePort();
    const env = {
      HOSTNAME: '127.0.0.1',
      PORT: String(port),
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    };
    const { report, stop } = await startApp<{ metrics: string }>({ node, cwd, file: 'server.js', env });
    const url = `http://127.0.0.1:${port}`;
    const answer = await vi.waitFor(() => fetch(`${url}/api/orders`, { method: 'POST' }));
    expect(await answer.json()).toEqual({ price: 6 });
    expect(await (await fetch(url)).text()).toContain('<p>15</p>');

    const page = await scrape(report.metrics);
    expect(page.of('target_info')).toMatchObject([{ service_name: 'shop' }]);
    // What asks for `init()`, each route and each page have copies of ours of their own.
    expect(page.of('orders_total')).toEqual([{ plan: 'pro', value: 1 }]);
    expect(page.of('orders_place_calls_total')).toMatchObject([{ function: 'Orders.place', value: 1 }]);
    expect(page.of('shop_price_calls_total')).toMatchObject([{ function: 'price', value: 2 }]);
    await stop(BY_ITSELF);

    // Next's own spans, and ours in them.
    const spans = receivedSpans(receiver);
    const parentOf = (id: string | undefined) => spans.find(({ spanId }) => spanId === id);
    const ancestry = (name: string): string[][] =>
      spans
        .filter((span) => span.name === name)
        .map((span) => {
          const names: string[] = [];
          for (let each = parentOf(span.parentSpanId); each !== undefined; each = parentOf(each.parentSpanId))
            names.push(each.name);
          return names;
        });
    expect(ancestry('orders.place')).toEqual([['executing api route (app) /api/orders', 'POST /api/orders']]);
    expect(ancestry('shop.price')).toEqual([
      ['orders.place', 'executing api route (app) /api/orders', 'POST /api/orders'],
      ['render route (app) /', 'GET /'],
    ]);
  });
});
