import { createSocket, type Socket as DatagramSocket } from 'node:dgram';
import { once } from 'node:events';
import { copyFileSync, cpSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect } from 'vitest';
import {
  type OtlpReceiver,
  receivedMetrics,
  receivedSpans,
  startOtlpReceiver,
} from '../../packages/otel/test/otlp-receiver.ts';
import { type AppOptions, startApp, stopApps } from './support/app.ts';
import { emptyFolder } from './support/empty-folder.ts';
import { scrape } from './support/metrics-page.ts';
import { SOME_NODES } from './support/node-versions.ts';
import { createProject, removeProjects } from './support/project.ts';
import { run } from './support/run.ts';
import { scenario } from './support/scenario.ts';

const VERSIONS = {
  esbuild: '0.28.2',
  ncc: '0.45.0',
  nft: '1.11.5',
  postject: '1.0.0-alpha.6',
  rolldown: '1.3.2',
  rollup: '4.68.8',
  webpack: '5.113.0',
};
const dependencies = {
  '@rollup/plugin-commonjs': '29.0.3',
  '@rollup/plugin-json': '6.1.0',
  '@rollup/plugin-node-resolve': '16.0.3',
  '@vercel/ncc': VERSIONS.ncc,
  '@vercel/nft': VERSIONS.nft,
  esbuild: VERSIONS.esbuild,
  postject: VERSIONS.postject,
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

const COMMON_JS: Bundler = {
  name: `esbuild ${VERSIONS.esbuild}, CommonJS`,
  file: 'shop.cjs',
  command: (folder) => [...esbuild(folder, 'shop.cjs'), '--format=cjs'],
};

const BUNDLERS: readonly Bundler[] = [
  COMMON_JS,
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
  {
    // Not one file, but those that it finds are needed: as Next.js, Nuxt and Vercel do with packages that they leave outside.
    name: `@vercel/nft ${VERSIONS.nft}, which copies files`,
    file: 'shop.mjs',
    command: (folder) => ['sh', '-c', `${bin('nft')} build shop.mjs && mv dist "${folder}"`],
  },
];

function nameOf(format: 'cjs' | 'esm'): string {
  return format === 'cjs' ? 'CommonJS' : 'ES module';
}

let project: string;
let receiver: OtlpReceiver;
let statsd: DatagramSocket;
const bundles = new Map<string, string>();

stopApps();
removeProjects();
beforeAll(async () => {
  project = await createProject('bundled', { dependencies });
  statsd = createSocket('udp4').bind(0, '127.0.0.1');
  await once(statsd, 'listening');
}, 300_000);
afterAll(() => void statsd.close());
beforeEach(async () => {
  receiver = await startOtlpReceiver();
  return () => receiver.close();
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

/** Makes an executable of a bundle and a Node, as Node's documentation has it. */
async function makeExecutable(node: string, file: string): Promise<void> {
  const main = join(await bundle(COMMON_JS), COMMON_JS.file);
  const settings = { main, output: 'sea.blob', disableExperimentalSEAWarning: true };
  writeFileSync(join(project, 'sea.json'), JSON.stringify(settings));
  await run(node, ['--experimental-sea-config', 'sea.json'], { cwd: project });
  copyFileSync(node, file);
  const fuse = ['--sentinel-fuse', 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2'];
  await run(bin('postject'), [file, 'NODE_SEA_BLOB', 'sea.blob', ...fuse], { cwd: project });
}

/** Starts the application where nothing else is but its configuration, and expects that all of it works. */
async function expectAll(folder: string, app: Pick<AppOptions, 'node' | 'file'>): Promise<void> {
  copyFileSync(join(project, 'instrument.config.yaml'), join(folder, 'instrument.config.yaml'));
  const env = {
    COLLECTOR: receiver.url,
    PROTOCOL: 'http/json',
    STATSD_PORT: String(statsd.address().port),
  };
  const { report, stop } = await startApp<{ metrics: string }>({ ...app, cwd: folder, env });
  const page = await scrape(report.metrics);
  expect(page.of('target_info')).toMatchObject([{ service_name: 'shop' }]);
  expect(page.of('orders_total')).toEqual([{ plan: 'pro', value: 2 }]);
  expect(page.of('shop_price_calls_total')).toMatchObject([{ success: 'true', value: 1 }]);
  expect(page.of('health_status').map(({ check }) => check)).toEqual(['audit', 'stock']);
  expect(page.of('process_memory_usage_bytes')).toHaveLength(1);
  await stop();
  const spans = receivedSpans(receiver).map(({ name }) => name);
  expect(spans).toEqual(expect.arrayContaining(['shop.price', 'audit.order.price']));
  for (const name of ['orders', 'shop.price.duration'])
    expect(receivedMetrics(receiver, name)).not.toHaveLength(0);
  for (const { headers } of receiver.requests)
    expect(headers['user-agent']).toMatch(
      /^OTel-OTLP-Exporter-JavaScript\/\d+\.\d+\.\d+ \(@org\/instrument\)$/,
    );
  expect(readdirSync(join(folder, 'journal'))).toContain('key.pub');
}

describe('without node_modules', () => {
  for (const bundler of BUNDLERS) {
    scenario(`Bundled by ${bundler.name}`, SOME_NODES, async (node) => {
      const folder = emptyFolder();
      cpSync(await bundle(bundler), folder, { recursive: true });
      await expectAll(folder, { node, file: bundler.file });
    });
  }

  scenario(`A single executable, by postject ${VERSIONS.postject}`, SOME_NODES, async (node) => {
    const folder = emptyFolder();
    const file = join(folder, 'shop');
    await makeExecutable(node, file);
    await expectAll(folder, { node: file });
  });
});
