import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { findPackage, loadPackage, missingPackage, needPackage } from '../src/optional-package.ts';
import { UNIX_DGRAM } from '../src/unix-dgram.ts';

const NAME = 'a-package-of-this-test';
let root: string;
let program: string | undefined;

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'instrument-optional-')));
  program = process.argv[1];
  process.argv[1] = join(root, 'program', 'main.cjs');
  vi.spyOn(process, 'cwd').mockReturnValue(join(root, 'application'));
});

afterEach(() => {
  vi.restoreAllMocks();
  process.argv[1] = program as string;
  rmSync(root, { recursive: true, force: true });
});

/** Installs the package in a place, with what it exports as JavaScript. */
function install(place: string, exports = `'${place}'`): string {
  const folder = join(root, place, 'node_modules', NAME);
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'index.js');
  writeFileSync(file, `module.exports = ${exports};`);
  return file;
}

describe('an optional package', () => {
  const beside = (): string => pathToFileURL(join(root, 'library', 'index.js')).href;

  it('is taken from beside who asks, then from the application, then from beside the program', () => {
    expect(findPackage(NAME, beside())).toBeUndefined();
    for (const place of ['program', 'application', 'library']) {
      const file = install(place);
      expect([findPackage(NAME, beside()), loadPackage(NAME, beside())]).toEqual([file, place]);
    }
  });

  it('is found where the code has no address, as in a bundle of CommonJS', () => {
    install('program');
    expect(loadPackage(NAME, undefined)).toBe('program');
    install('application');
    expect(loadPackage(NAME, undefined)).toBe('application');
  });

  it('is found when the working directory is gone', () => {
    vi.mocked(process.cwd).mockImplementation(() => {
      throw new Error('ENOENT: no such file or directory, uv_cwd');
    });
    install('program');
    expect(loadPackage(NAME, beside())).toBe('program');
  });

  it('that fails while it is loaded is told as it failed, whatever else there is not', () => {
    install('library', "(() => { throw new Error('built for another Node.js'); })()");
    expect(() => loadPackage(NAME, beside())).toThrow('built for another Node.js');
    expect(() => loadPackage('not-installed-anywhere', beside())).toThrow(/Cannot find module/);
  });

  it('that nothing goes without is given, or its error says why there is none and what to install', () => {
    const needed = { name: NAME, install: `${NAME}@^2`, advice: 'Or do without' };
    expect(() => needPackage(needed, beside())).toThrow(
      expect.objectContaining({
        code: 'INSTRUMENT_DEPENDENCY_MISSING',
        problems: [
          {
            path: NAME,
            found: expect.stringMatching(
              new RegExp(`^no package ${NAME} that can be loaded \\(Cannot find module '${NAME}'\\)$`),
            ),
            expected: 'the package to be installed for this Node.js: it does not come with ours',
            fix: `Install it: npm install ${NAME}@^2. Or do without`,
          },
        ],
        cause: expect.any(Error),
      }),
    );
    install('library');
    expect(needPackage(needed, beside())).toBe('library');
  });

  it('that was looked for and not found is told where it was asked for', () => {
    expect(missingPackage({ ...UNIX_DGRAM, path: 'statsd.transport' })).toMatchObject({
      path: 'statsd.transport',
      found: 'unix-datagram, and no package unix-dgram',
      fix: expect.stringContaining('npm install unix-dgram. '),
    });
    expect(missingPackage({ name: NAME, path: 'otlp.protocol', asked: 'grpc' }, 'gone').fix).toBe(
      `Install it: npm install ${NAME}`,
    );
  });
});
