import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject } from 'vitest';
import { ROOT } from './support/paths.ts';
import { createProject, removeProjects } from './support/project.ts';
import { run } from './support/run.ts';
import { check } from './support/scenario.ts';

const TYPESCRIPT = { 'typescript-5': '5.9.3', 'typescript-7': '7.0.2' };

let cwd: string;
let library: string;

removeProjects();
beforeAll(async () => {
  const compilers = Object.entries(TYPESCRIPT).map(([name, version]) => [name, `npm:typescript@${version}`]);
  const dependencies = {
    ...Object.fromEntries(compilers),
    '@opentelemetry/instrumentation-express': '0.71.0',
    '@opentelemetry/instrumentation-http': '0.223.0',
    '@opentelemetry/resources': '2.12.0',
    '@opentelemetry/sdk-metrics': '2.12.0',
    '@opentelemetry/sdk-trace-node': '2.12.0',
    '@types/node': '20.19.43',
  };
  cwd = await createProject('types', { type: 'module', dependencies });
  // Where a package sees its own dependencies only, and declarations may name nothing but what its manifest does.
  const named = { '@opentelemetry/api': '1.9.1', '@org/instrument': '*', '@types/node': '20.19.43' };
  const ofLibrary = { ...Object.fromEntries(compilers), ...named };
  library = await createProject('library', { type: 'module', dependencies: ofLibrary }, 'pnpm');
});

describe('type declarations', () => {
  for (const [folder, version] of Object.entries(TYPESCRIPT)) {
    for (const [project, how] of [
      ['nodenext', '`moduleResolution: nodenext`, `import` and `require`'],
      ['bundler', '`moduleResolution: bundler`'],
      ['legacy', '`experimentalDecorators`'],
    ] as const) {
      check(`TypeScript ${version}, ${how}`, async () => {
        await run('node', [`node_modules/${folder}/bin/tsc`, '-p', `tsconfig.${project}.json`], { cwd });
      });
    }
  }

  for (const [folder, version] of Object.entries(TYPESCRIPT)) {
    check(`TypeScript ${version}, declarations of a library, installed by pnpm`, async () => {
      await run('node', [`node_modules/${folder}/bin/tsc`, '-p', 'tsconfig.json'], { cwd: library });
      expect(await readFile(join(library, 'out', 'lib.d.ts'), 'utf8')).not.toContain('@org/instrument-');
    });
  }

  // TypeScript 7 has it no more.
  check(`TypeScript ${TYPESCRIPT['typescript-5']}, \`moduleResolution: node10\``, async () => {
    await run('node', ['node_modules/typescript-5/bin/tsc', '-p', 'tsconfig.node10.json'], { cwd });
  });

  check('attw 0.18.5, profile esm-only', async () => {
    const attw = join(ROOT, 'node_modules', '.bin', 'attw');
    for (const { file } of inject('tarballs'))
      await run(attw, [file, '--profile', 'esm-only'], { cwd: ROOT });
  });
});
