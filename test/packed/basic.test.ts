import { beforeAll, describe, expect } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { startApp, stopApps } from './support/app.ts';
import { type MetricsPage, scrape } from './support/metrics-page.ts';
import { EVERY_NODE, SOME_NODES } from './support/node-versions.ts';
import { createProject, removeProjects } from './support/project.ts';
import { scenario } from './support/scenario.ts';

let byNpm: string;
let byPnpm: string;
let byYarn: string;

stopApps();
removeProjects();
// Nothing but our packages and the API, so that a dependency that nobody declares is missed.
beforeAll(async () => {
  byNpm = await createProject('basic', { dependencies: {} });
  byPnpm = await createProject('basic', { dependencies: {} }, 'pnpm');
  byYarn = await createProject('basic', { dependencies: {} }, 'yarn');
});

/** Asks the shop for three prices that it has, and one that it refuses. */
async function useShop(
  node: string,
  cwd: string,
  file: string,
  flags: readonly string[] = [],
): Promise<MetricsPage> {
  const { report, stop } = await startApp<{ url: string; metrics: string }>({ node, cwd, file, flags });
  const answers: string[] = [];
  for (const quantity of [1, 2, 3, 11]) answers.push(await (await fetch(`${report.url}/${quantity}`)).text());
  expect(answers).toEqual(['3', '6', '9', 'too many']);
  const page = await scrape(report.metrics);
  expect(page.of('target_info')).toMatchObject([{ service_name: 'shop' }]);
  expect(page.of('shop_price_calls_total')).toEqual([
    { function: 'price', success: 'false', error_type: 'RangeError', value: 1 },
    { function: 'price', success: 'true', error_type: 'none', value: 3 },
  ]);
  expect(page.of('shop_price_duration_seconds_count').map(({ value }) => value)).toEqual([1, 3]);
  expect(page.of('shop_price_active').map(({ value }) => value)).toEqual([0]);
  await stop();
  return page;
}

describe('by itself', () => {
  scenario('ES module: `import`', EVERY_NODE, async (node) => {
    const page = await useShop(node, byNpm, 'esm.mjs');
    expect(page.of('orders_total')).toEqual([
      { plan: 'early', value: 1 },
      { plan: 'pro', value: 4 },
    ]);
  });

  scenario('CommonJS: `require()`, with `import()` beside it', EVERY_NODE, async (node) => {
    const page = await useShop(node, byNpm, 'commonjs.cjs');
    expect(page.of('orders_total')).toEqual([
      { plan: 'early', value: 1 },
      { plan: 'imported', value: 1 },
      { plan: 'pro', value: 4 },
    ]);
  });

  for (const [kind, file] of [
    ['an ES module', 'imported.mjs'],
    ['CommonJS', 'imported.cjs'],
  ] as const) {
    scenario(`\`--import @org/instrument/register\`, ${kind}`, EVERY_NODE, async (node) => {
      const port = await freePort();
      const env = { METRICS_PORT: String(port) };
      const flags = ['--import', '@org/instrument/register'];
      const { stop } = await startApp({ node, cwd: byNpm, file, flags, env });
      const page = await scrape(`http://127.0.0.1:${port}/metrics`);
      expect(page.of('target_info')).toMatchObject([{ service_name: 'shop' }]);
      expect(page.of('orders_total')).toEqual([{ plan: 'pro', value: 2 }]);
      await stop();
    });
  }

  scenario('Installed by pnpm: ES module and CommonJS', SOME_NODES, async (node) => {
    await useShop(node, byPnpm, 'esm.mjs');
    await useShop(node, byPnpm, 'commonjs.cjs');
  });

  // As `yarn node` starts it. Older Nodes do not find what an ES module imports that was required out of an archive.
  const plugAndPlay = ['--require', './.pnp.cjs', '--experimental-loader', './.pnp.loader.mjs'];
  const flags = ['--disable-warning=ExperimentalWarning', ...plugAndPlay];
  scenario("Installed by Yarn, Plug'n'Play: ES module", SOME_NODES, async (node) => {
    await useShop(node, byYarn, 'esm.mjs', flags);
  });
  scenario("Installed by Yarn, Plug'n'Play: CommonJS", ['22.23.3', '24.21.0', '26.10.0'], async (node) => {
    await useShop(node, byYarn, 'commonjs.cjs', flags);
  });
});
