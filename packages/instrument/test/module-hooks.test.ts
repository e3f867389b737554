import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startApp } from './support/start-app.ts';

const UNPATCHED = 'Packages that ES modules import are not patched by the instrumentations given to init()';

/** An application with an instrumentation that keeps what it patches as those of `@opentelemetry/instrumentation` do. */
const application = (modules: string): string => `
  const instrumentation = {
    instrumentationName: 'test', _modules: ${modules},
    enable() {}, disable() {}, setTracerProvider() {}, setMeterProvider() {},
  };
  import(${JSON.stringify(new URL('../src/index.ts', import.meta.url).href)}).then(async ({ init }) => {
    const telemetry = init({ prometheus: false, instrumentations: [[instrumentation]] });
    await telemetry.ready;
    await telemetry.shutdown();
  });
`;
const PATCHES = application("[{ name: 'express' }]");

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'hooks-'));
});

afterEach(() => rmSync(directory, { recursive: true }));

function write(name: string, text: string): string {
  const file = join(directory, name);
  writeFileSync(file, text);
  return file;
}

async function said(file: string, flags: readonly string[] = []): Promise<string> {
  const { code, stderr } = await startApp({ file, flags }).end;
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  return stderr;
}

describe('instrumentations given to init() without hooks on the loader', () => {
  it('are said not to patch an application that is an ES module, with what to do', async () => {
    const stderr = await said(write('app.mjs', PATCHES));
    expect(stderr).toContain(UNPATCHED);
    expect(stderr).toContain("import '@org/instrument/hooks'");
    expect(stderr.split(UNPATCHED)).toHaveLength(2);
  });

  it('are so for a .js file by the package.json that is next to it, or above, or above what a link stands for', async () => {
    mkdirSync(join(directory, 'lib'));
    write('package.json', '{ "type": "module" }');
    const file = write('lib/app.js', PATCHES);
    const link = join(directory, 'bin');
    symlinkSync(file, link);
    expect(await said(file)).toContain(UNPATCHED);
    expect(await said(link)).toContain(UNPATCHED);
    write('lib/package.json', '{}');
    expect(await said(file)).not.toContain(UNPATCHED);
  });

  it.each([
    ['a CommonJS application', 'app.cjs', PATCHES],
    ['an instrumentation that patches nothing', 'app.mjs', application('[]')],
    [
      'one that patches what comes with Node.js',
      'app.mjs',
      application("[{ name: 'https' }, { name: 'http' }]"),
    ],
    [
      'an application that registers them itself',
      'app.mjs',
      `// register('@opentelemetry/instrumentation/hook.mjs', import.meta.url)\n${PATCHES}`,
    ],
  ])('are not, for %s', async (_, name, text) => {
    expect(await said(write(name, text))).not.toContain(UNPATCHED);
  });

  it('are said to lack what does it where the hooks were asked for and it is not installed', async () => {
    const hooks = JSON.stringify(new URL('../src/hooks.ts', import.meta.url).href);
    const stderr = await said(write('app.mjs', `import ${hooks};\n${PATCHES}`));
    expect(stderr).toMatch(
      /No @opentelemetry\/instrumentation was found beside .*package\.json, so packages/,
    );
    expect(stderr).toContain('npm install @opentelemetry/instrumentation');
    expect(stderr).not.toContain(UNPATCHED);
  });

  it('are not where a preloaded file has them', async () => {
    const preload = write('telemetry.mjs', "// import 'import-in-the-middle/hook.mjs'");
    expect(await said(write('app.mjs', PATCHES), ['--import', preload])).not.toContain(UNPATCHED);
  });
});
