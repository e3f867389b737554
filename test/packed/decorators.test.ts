import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { startApp, stopApps } from './support/app.ts';
import { scrape } from './support/metrics-page.ts';
import { SOME_NODES } from './support/node-versions.ts';
import { createProject, removeProjects } from './support/project.ts';
import { run } from './support/run.ts';
import { scenario } from './support/scenario.ts';

const VERSIONS = { esbuild: '0.28.2', swc: '1.16.22', typescript5: '5.9.3', typescript7: '7.0.2' };
const dependencies = {
  '@swc/core': VERSIONS.swc,
  '@types/node': '20.19.43',
  esbuild: VERSIONS.esbuild,
  'reflect-metadata': '0.2.2',
  'typescript-5': `npm:typescript@${VERSIONS.typescript5}`,
  'typescript-7': `npm:typescript@${VERSIONS.typescript7}`,
};

/** A compiler, started in the project: its program and arguments make `<dialect>/dist/main.js` of `<dialect>/main.ts`. */
interface Compiler {
  readonly name: string;
  command(dialect: string): readonly [string, ...string[]];
}

const TSC_5 = tsc(VERSIONS.typescript5, 'typescript-5');
const TSC_7 = tsc(VERSIONS.typescript7, 'typescript-7');
const ESBUILD: Compiler = {
  name: `esbuild ${VERSIONS.esbuild}`,
  command: (dialect) => [
    'node_modules/.bin/esbuild',
    ...[`${dialect}/main.ts`, `--outdir=${dialect}/dist`, `--tsconfig=${dialect}/tsconfig.json`],
    ...['--target=es2022', '--format=esm', '--log-level=warning'],
  ],
};

function tsc(version: string, folder: string): Compiler {
  return {
    name: `tsc ${version}`,
    command: (dialect) => ['node', `node_modules/${folder}/bin/tsc`, '-p', dialect],
  };
}

function swc(decorators: string): Compiler {
  return {
    name: `swc ${VERSIONS.swc} (${decorators})`,
    command: (dialect) => ['node', 'build-with-swc.cjs', dialect, decorators],
  };
}

interface Report {
  readonly metrics: string;
  readonly results: unknown[];
  readonly parameters?: readonly string[];
}

let project: string;

stopApps();
removeProjects();
beforeAll(async () => {
  project = await createProject('decorators', { type: 'module', dependencies });
});

/** Runs the program of a dialect once it is compiled, and checks what it returned and measured. */
async function check(node: string, dialect: string): Promise<Report> {
  const options = { node, cwd: join(project, dialect), file: 'dist/main.js' };
  const { report, stop } = await startApp<Report>(options);
  expect(report.results).toEqual(['6 EUR', 'tea for 3 EUR', [1, 2], 7, 4, [1], 'reserved', 1, 'too many']);
  await checkMetrics(report.metrics, dialect === 'tc39' ? 'Orders.#secret' : 'Orders.secret');
  await stop();
  return report;
}

async function checkMetrics(metrics: string, secret: string): Promise<void> {
  const page = await scrape(metrics);
  const calls = page.samples
    .filter(({ name }) => name.endsWith('_calls_total'))
    .map(({ name, labels, value }) => [name, labels.function, labels.error_type, value]);
  expect(calls.sort()).toEqual([
    ['Orders_create_calls_total', 'Orders.create', 'none', 1],
    ['orders_count_calls_total', 'Orders.get count', 'none', 1],
    ['orders_count_calls_total', 'Orders.set count', 'none', 1],
    ['orders_parse_calls_total', 'parseOrder', 'none', 1],
    ['orders_place_calls_total', 'Orders.place', 'none', 1],
    ['orders_price_calls_total', 'Orders.price', 'RangeError', 1],
    ['orders_price_calls_total', 'Orders.price', 'none', 2],
    ['orders_rows_calls_total', 'Orders.rows', 'none', 1],
    ['orders_secret_calls_total', secret, 'none', 1],
    ['orders_worth_calls_total', 'Orders.get worth', 'none', 1],
    ['stock_reserve_calls_total', 'Stock.reserve', 'none', 1],
  ]);
  expect(page.of('orders_place_calls_total')).toMatchObject([{ tier: 'gold', sku: 'tea' }]);
  expect(page.of('orders_total')).toEqual([{ plan: 'pro', value: 2 }]);
}

function compile(dialect: string, compiler: Compiler): void {
  beforeAll(async () => {
    const [program, ...args] = compiler.command(dialect);
    await run(program, args, { cwd: project });
  });
}

describe.for([TSC_5, TSC_7, ESBUILD, swc('2022-03'), swc('2023-11')])('TC39', (compiler) => {
  compile('tc39', compiler);
  scenario(`TC39 decorators by ${compiler.name}`, SOME_NODES, async (node) => {
    await check(node, 'tc39');
  });
});

describe.for([TSC_5, TSC_7, swc('legacy')])('experimentalDecorators', (compiler) => {
  compile('legacy', compiler);
  scenario(`Legacy decorators with metadata by ${compiler.name}`, SOME_NODES, async (node) => {
    const { parameters } = await check(node, 'legacy');
    expect(parameters).toEqual(['Number']);
  });
});

// It emits no metadata.
describe('experimentalDecorators', () => {
  compile('legacy', ESBUILD);
  scenario(`Legacy decorators by ${ESBUILD.name}`, SOME_NODES, async (node) => {
    await check(node, 'legacy');
  });
});

// As Turbopack does, without that option.
describe('the dialect of 2018, which swc makes of JavaScript by default,', () => {
  compile('draft', swc('default'));
  it('says which option the compiler needs', async () => {
    const running = run('node', ['draft/dist/main.js'], { cwd: project });
    await expect(running).rejects.toThrow(/INSTRUMENT_DECORATOR_MISUSE/);
    await expect(running).rejects.toThrow(/"experimentalDecorators": true.*"decoratorVersion"/);
  });
});
