import { createSocket, type Socket as DatagramSocket } from 'node:dgram';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import { startApp, stopApps } from './support/app.ts';
import { scrape } from './support/metrics-page.ts';
import { SOME_NODES } from './support/node-versions.ts';
import { createProject, removeProjects } from './support/project.ts';
import { run } from './support/run.ts';
import { scenario } from './support/scenario.ts';

const VERSIONS = {
  esbuild: '0.28.2',
  ncc: '0.45.0',
  rolldown: '1.3.2',
  rollup: '4.68.8',
  webpack: '5.113.0',
};
const dependencies = {
  '@rollup/plugin-commonjs': '29.0.3',
  '@rollup/plugin-json': '6.1.0',
  '@rollup/plugin-node-resolve': '16.0.3',
  '@vercel/ncc': VERSIONS.ncc,
  esbuild: VERSIONS.esbuild,
  rolldown: VERSIONS.rolldown,
  rollup: VERSIONS.rollup,
  webpack: VERSIONS.webpack,
  'webpack-cli': '7.3.1',
};

/** A bundler, started in the project: its program and arguments make `shop.mjs` a bundle, in a folder. */
interface Bundler {
  readonly name: string;
  /** File of the bundle in the folder. */
  readonly file: string;
  command(folder: string): readonly [string, ...string[]];
}

// As esbuild's documentation has it: CommonJS, which OpenTelemetry's packages are, has no `require` in an ES module.
const BANNER =
  "--banner:js=import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);";
const bin = (name: string): string => join('node_modules', '.bin', name);
const esbuild = (folder: string, file: string): readonly [string, ...string[]] => [
  bin('esbuild'),
  ...['shop.mjs', '--bundle', '--platform=node', `--outfile=${join(folder, file)}`, '--log-level=warning'],
];

const BUNDLERS: readonly Bundler[] = [
  {
    name: `esbuild ${VERSIONS.esbuild}, CommonJS`,
    file: 'shop.cjs',
    command: (folder) => [...esbuild(folder, 'shop.cjs'), '--format=cjs'] as const,
  },
  {
    name: `esbuild ${VERSIONS.esbuild}, ES module`,
    file: 'shop.mjs',
    command: (folder) => [...esbuild(folder, 'shop.mjs'), '--format=esm', BANNER] as const,
  },
  ...(['cjs', 'esm'] as const).map((format) => ({
    name: `webpack ${VERSIONS.webpack}, ${nameOf(format)}`,
    file: format === 'esm' ? 'shop.mjs' : 'shop.cjs',
    command: (folder: string) =>
      [bin('webpack'), '--env', `format=${format}`, '--env', `folder=${folder}`] as const,
  })),
  ...(['cjs', 'esm'] as const).map((format) => ({
    name: `rollup ${VERSIONS.rollup}, ${nameOf(format)}`,
    file: format === 'esm' ? 'shop.mjs' : 'shop.cjs',
    command: (folder: string) =>
      [
        bin('rollup'),
        ...['-c', '--silent', '-d', folder, '-f', format],
        ...['--entryFileNames', format === 'esm' ? 'shop.mjs' : 'shop.cjs'],
      ] as const,
  })),
  {
    name: `rolldown ${VERSIONS.rolldown}, CommonJS`,
    file: 'shop.js',
    command: (folder) => [bin('rolldown'), 'shop.mjs', '--platform', 'node', '-f', 'cjs', '-d', folder],
  },
  {
    name: `ncc ${VERSIONS.ncc}`,
    file: 'index.mjs',
    command: (folder) => [bin('ncc'), 'build', 'shop.mjs', '-o', folder],
  },
];

function nameOf(format: 'cjs' | 'esm'): string {
  return format === 'cjs' ? 'CommonJS' : 'ES module';
}

/** What arrived at the collector. */
interface Arrived {
  readonly spans: Set<string>;
  readonly metrics: Set<string>;
  readonly agents: Set<string>;
}

let project: string;
let collector: Server;
let statsd: DatagramSocket;
let arrived: Arrived;
const bundles = new Map<string, string>();
const folders: string[] = [];

stopApps();
removeProjects();
beforeAll(async () => {
  project = await createProject('bundled', { dependencies });
  collector = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    const text = String(request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes);
    const names = [...text.matchAll(/"name":"([^"]+)"/g)].map(([, name]) => name as string);
    for (const name of names) arrived[request.url === '/v1/traces' ? 'spans' : 'metrics'].add(name);
    arrived.agents.add(String(request.headers['user-agent']));
    response.setHeader('content-type', 'application/json').end('{}');
  });
  collector.listen(0, '127.0.0.1');
  await once(collector, 'listening');
  statsd = createSocket('udp4').bind(0, '127.0.0.1');
  await once(statsd, 'listening');
}, 300_000);
afterAll(() => {
  collector.close();
  statsd.close();
});
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** Bundles once for all versions of Node. Returns the folder. */
async function bundle({ name, command }: Bundler): Promise<string> {
  const done = bundles.get(name);
  if (done !== undefined) return done;
  const folder = join(project, `bundle-${bundles.size}`);
  const [program, ...args] = command(folder);
  expect(await run(program, args, { cwd: project })).not.toMatch(/warning/i);
  bundles.set(name, folder);
  return folder;
}

/** A folder with nothing beside it. */
function emptyFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'instrument-bundle-')));
  folders.push(folder);
  return folder;
}

describe('in one file, without node_modules', () => {
  for (const bundler of BUNDLERS) {
    scenario(`Bundled by ${bundler.name}`, SOME_NODES, async (node) => {
      arrived = { spans: new Set(), metrics: new Set(), agents: new Set() };
      const folder = emptyFolder();
      cpSync(await bundle(bundler), folder, { recursive: true });
      cpSync(join(project, 'instrument.config.yaml'), join(folder, 'instrument.config.yaml'));

      const env = {
        COLLECTOR: `http://127.0.0.1:${(collector.address() as AddressInfo).port}`,
        PROTOCOL: 'http/json',
        STATSD_PORT: String(statsd.address().port),
      };
      const { report, stop } = await startApp<{ metrics: string }>({
        node,
        cwd: folder,
        file: bundler.file,
        env,
      });
      const page = await scrape(report.metrics);
      expect(page.of('target_info')).toMatchObject([{ service_name: 'shop' }]);
      expect(page.of('orders_total')).toEqual([{ plan: 'pro', value: 2 }]);
      expect(page.of('shop_price_calls_total')).toMatchObject([{ success: 'true', value: 1 }]);
      expect(page.of('health_status').map(({ check }) => check)).toEqual(['audit', 'stock']);
      expect(page.of('process_memory_usage_bytes')).toHaveLength(1);
      await stop();
      expect([...arrived.spans]).toEqual(expect.arrayContaining(['shop.price', 'audit.order.price']));
      expect([...arrived.metrics]).toEqual(expect.arrayContaining(['orders', 'shop.price.duration']));
      expect([...arrived.agents]).toEqual([
        expect.stringMatching(/^OTel-OTLP-Exporter-JavaScript\/\d+\.\d+\.\d+ \(@org\/instrument\)$/),
      ]);
      expect(readdirSync(join(folder, 'journal'))).toContain('key.pub');
    });
  }
});
