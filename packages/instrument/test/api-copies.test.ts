import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type App, startApp } from './support/start-app.ts';

const require = createRequire(import.meta.url);
// …/api/build/src/index.js
const ours = dirname(dirname(dirname(require.resolve('@opentelemetry/api'))));
const { version } = JSON.parse(readFileSync(join(ours, 'package.json'), 'utf8')) as { version: string };

let directory: string;
const apps: App[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(import.meta.dirname, '.copies-'));
});

afterEach(() => {
  for (const { child } of apps.splice(0)) child.kill('SIGKILL');
  rmSync(directory, { recursive: true });
});

/** Installs a library with an `@opentelemetry/api` of its own, and returns the library's file. */
function installLibrary(apiVersion: string): string {
  const library = join(directory, 'node_modules', 'library');
  const api = join(library, 'node_modules', '@opentelemetry', 'api');
  mkdirSync(api, { recursive: true });
  cpSync(ours, api, { recursive: true, dereference: true });
  for (const file of ['package.json', 'build/src/version.js']) {
    const text = readFileSync(join(api, file), 'utf8');
    writeFileSync(join(api, file), text.replaceAll(version, apiVersion));
  }
  const file = join(library, 'index.cjs');
  writeFileSync(
    file,
    `const { metrics } = require('@opentelemetry/api');
     module.exports = () => metrics.getMeter('library').createCounter('library.calls').add(1);`,
  );
  return file;
}

function start(source: string, flags: string[] = []): App {
  const file = join(directory, 'app.mjs');
  writeFileSync(file, source);
  const app = startApp({ file, flags, env: { OTEL_METRICS_EXPORTER: 'none' } });
  apps.push(app);
  return app;
}

const MESSAGE =
  /Several versions of @opentelemetry\/api are loaded: ([\d.]+) by @org\/instrument, and ([\d.]+) in/;
const USES_LIBRARY = `
  import library from 'library/index.cjs';
  import { getMeter, init } from '@org/instrument';
  const telemetry = init({ prometheus: false });
  await telemetry.ready;
  library();
  getMeter('app').createCounter('app.calls').add(1);
  console.log(telemetry.snapshot().map(({ name }) => name).join(' '));
`;

describe('a second copy of @opentelemetry/api', () => {
  it('that is newer is said once, with where it is and what to do', async () => {
    installLibrary('1.99.0');
    const { stderr, stdout, code } = await start(USES_LIBRARY).end;
    expect(code).toBe(0);
    expect(MESSAGE.exec(stderr)?.slice(1)).toEqual([version, '1.99.0']);
    expect(stderr.match(new RegExp(MESSAGE, 'g'))).toHaveLength(1);
    expect(stderr).toContain(join(directory, 'node_modules', 'library', 'node_modules', '@opentelemetry'));
    expect(stderr).toContain('npm ls @opentelemetry/api');
    // What the message warns of.
    expect(stdout).toContain('app.calls');
    expect(stdout).not.toContain('library.calls');
  });

  it('of the same version works, and is not worth a word', async () => {
    installLibrary(version);
    const { stderr, stdout } = await start(USES_LIBRARY).end;
    expect(stderr).toBe('');
    expect(stdout).toContain('library.calls');
  });

  it('is said too when it has registered first, although the API then takes no logger of ours', async () => {
    const library = installLibrary('1.0.0');
    const { stderr, code } = await start(`
      import { createRequire } from 'node:module';
      const require = createRequire(${JSON.stringify(library)});
      const { diag, DiagConsoleLogger } = require('@opentelemetry/api');
      diag.setLogger(new DiagConsoleLogger());
      const { init } = await import('@org/instrument');
      const telemetry = init({ prometheus: false });
      await telemetry.ready;
    `).end;
    expect(code).toBe(0);
    expect(MESSAGE.exec(stderr)?.slice(1)).toEqual([version, '1.0.0']);
  });

  it('is found when the application loads it after we were preloaded', async () => {
    installLibrary('1.99.0');
    const app = start(
      `import { setTimeout } from 'node:timers/promises';
       await setTimeout(100);
       const { default: library } = await import('library/index.cjs');
       library();`,
      ['--import', '@org/instrument/register'],
    );
    expect(MESSAGE.exec((await app.end).stderr)?.slice(1)).toEqual([version, '1.99.0']);
  });
});
