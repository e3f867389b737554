import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { buildInformation } from '../src/build-information.ts';
import { startGroups } from './bed.ts';

const RUNTIME = { 'process.runtime.name': 'nodejs', 'process.runtime.version': process.versions.node };

/** A program, two directories below its package.json. */
function program(manifest: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'program-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  mkdirSync(join(directory, 'dist/cjs'), { recursive: true });
  writeFileSync(join(directory, 'package.json'), manifest);
  writeFileSync(join(directory, 'dist/package.json'), '{"type":"commonjs"}');
  const main = join(directory, 'dist/cjs/main.js');
  writeFileSync(main, '');
  return main;
}

test('the version is that of the package of the program', () => {
  expect(buildInformation({}, {}, program('{"version":"1.4.0"}'))).toEqual({
    ...RUNTIME,
    'service.version': '1.4.0',
  });
});

test('what is said in the options comes first', () => {
  const options = { version: '2.0.0', revision: 'abcdef0' };
  expect(buildInformation(options, { GIT_COMMIT: '1234567' }, program('{"version":"1.4.0"}'))).toEqual({
    ...RUNTIME,
    'service.version': '2.0.0',
    'vcs.ref.head.revision': 'abcdef0',
  });
});

test('the commit is found where build systems leave it', () => {
  const revision = (env: Record<string, string>) =>
    buildInformation({}, env, undefined)['vcs.ref.head.revision'];
  expect(revision({ GITHUB_SHA: '0123456789abcdef0123456789abcdef01234567' })).toBe(
    '0123456789abcdef0123456789abcdef01234567',
  );
  expect(revision({ GIT_COMMIT: '', CI_COMMIT_SHA: '1234567' })).toBe('1234567');
  expect(revision({ GIT_COMMIT: 'no commit at all, but a sentence' })).toBeUndefined();
});

test('a program that nothing is known of has its runtime', () => {
  for (const main of [undefined, '/does/not/exist.js', program('not JSON')]) {
    expect(buildInformation({}, {}, main)).toMatchObject(RUNTIME);
  }
});

test('the metric is 1', async () => {
  const { collect } = startGroups(['build'], { build: { version: '1.4.0', revision: 'abcdef0' } });
  const values = (await collect())['instrument.build.info'];
  expect(values).toEqual({ [`nodejs,${process.versions.node},1.4.0,abcdef0`]: 1 });
});
