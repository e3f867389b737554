import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect } from 'vitest';
import { startApp, stopApps } from './support/app.ts';
import { scrape } from './support/metrics-page.ts';
import { EVERY_NODE, SOME_NODES } from './support/node-versions.ts';
import { createProject, removeProjects } from './support/project.ts';
import { run } from './support/run.ts';
import { scenario } from './support/scenario.ts';

const VERSIONS = {
  jest: '30.5.2',
  mocha: '12.0.3',
  tsJest: '29.4.15',
  tsNode: '10.9.2',
  tsx: '4.23.15',
  vitest: '4.1.12',
};
const COMMON = {
  '@opentelemetry/sdk-trace-node': '2.12.0',
  '@types/node': '20.19.43',
  'ts-jest': VERSIONS.tsJest,
  typescript: '5.9.3',
};
/** What lets Jest load ES modules. */
const VM_MODULES = '--experimental-vm-modules';
/** From 24.9 on, Jest can `require()` them. */
const NODES_THAT_JEST_REQUIRES_IN = EVERY_NODE.filter((version) => Number.parseInt(version, 10) >= 24);
/** What Jest says of programs that do not end, which would not end this test either. */
const NOT_ENDING = /did not exit|failed to exit|open handle/i;

stopApps();
removeProjects();

describe.each([VERSIONS.jest, '29.7.0'])('Jest %s, a project of CommonJS modules', (jest) => {
  let cwd: string;
  beforeAll(async () => {
    const dependencies = {
      ...COMMON,
      '@swc/core': '1.16.22',
      '@swc/jest': '0.2.39',
      '@types/jest': '30.0.0',
      jest,
    };
    cwd = await createProject('jest', { type: 'commonjs', dependencies });
  });

  const runJest = async (node: string, flags: readonly string[], config: string): Promise<void> => {
    const command = [...flags, 'node_modules/jest/bin/jest.js', '--config', config];
    const output = await run(node, command, { cwd });
    expect(output).toMatch(/^Tests: +7 passed, 7 total$/m);
    expect(output).not.toMatch(NOT_ENDING);
  };

  scenario(`Jest ${jest}, CommonJS, ours by @swc/jest`, SOME_NODES, (node) =>
    runJest(node, [], 'jest.config.cjs'),
  );
  if (jest === VERSIONS.jest) {
    scenario(`Jest ${jest}, CommonJS, \`${VM_MODULES}\``, NODES_THAT_JEST_REQUIRES_IN, (node) =>
      runJest(node, [VM_MODULES], 'jest.as-it-is.config.cjs'),
    );
  }
});

describe.each([
  { vite: '7.3.8', decorators: 'TC39', compilerOptions: {} },
  // It leaves TC39 decorators as they are, which no Node runs.
  { vite: '8.3.8', decorators: 'legacy', compilerOptions: { experimentalDecorators: true } },
])('Vitest with Vite $vite', ({ vite, decorators, compilerOptions }) => {
  let cwd: string;
  beforeAll(async () => {
    const dependencies = { '@types/node': COMMON['@types/node'], vite, vitest: VERSIONS.vitest };
    cwd = await createProject('runners', { type: 'module', dependencies });
    writeFileSync(join(cwd, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
  });

  scenario(`Vitest ${VERSIONS.vitest}, Vite ${vite}, ${decorators} decorators`, SOME_NODES, async (node) => {
    const env = { NO_COLOR: '1' };
    const output = await run(node, ['node_modules/vitest/vitest.mjs', 'run'], { cwd, env });
    expect(output).toMatch(/^ +Tests +1 passed \(1\)$/m);
  });
});

describe('a project of ES modules', () => {
  let cwd: string;
  beforeAll(async () => {
    const dependencies = {
      ...COMMON,
      '@jest/globals': VERSIONS.jest,
      '@types/mocha': '10.0.10',
      jest: VERSIONS.jest,
      mocha: VERSIONS.mocha,
      'ts-node': VERSIONS.tsNode,
      tsx: VERSIONS.tsx,
    };
    cwd = await createProject('runners', { type: 'module', dependencies });
  });

  scenario(`Jest ${VERSIONS.jest}, ES modules`, SOME_NODES, async (node) => {
    const output = await run(node, [VM_MODULES, 'node_modules/jest/bin/jest.js'], { cwd });
    expect(output).toMatch(/^Tests: +1 passed, 1 total$/m);
    expect(output).not.toMatch(NOT_ENDING);
  });

  scenario(`Mocha ${VERSIONS.mocha} with tsx`, SOME_NODES, async (node) => {
    const command = ['node_modules/mocha/bin/mocha.js', '--import=tsx', 'test/mocha.ts'];
    expect(await run(node, command, { cwd })).toMatch(/^ +1 passing/m);
  });

  scenario('`node --test` with tsx', SOME_NODES, async (node) => {
    const command = ['--import', 'tsx', '--test', '--test-reporter=tap', 'test/node.ts'];
    const output = await run(node, command, { cwd });
    expect(output).toMatch(/^# pass 1$/m);
    expect(output).toMatch(/^# fail 0$/m);
  });

  for (const [name, flags] of [
    [`tsx ${VERSIONS.tsx}`, ['--import', 'tsx']],
    [`ts-node ${VERSIONS.tsNode}`, ['--no-warnings', '--loader', 'ts-node/esm']],
  ] as const) {
    scenario(`TypeScript run by ${name}`, SOME_NODES, async (node) => {
      const { report, stop } = await startApp<{ metrics: string }>({ node, cwd, file: 'src/main.ts', flags });
      const page = await scrape(report.metrics);
      expect(page.of('orders_total')).toEqual([{ plan: 'pro', value: 1 }]);
      expect(page.of('orders_place_calls_total')).toMatchObject([{ function: 'Orders.place', value: 1 }]);
      await stop();
    });
  }
});
