import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { resolveConfiguration } from '../src/configuration/resolve-configuration.ts';

let cwd: string;

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'instrument-scale-'));
});

afterEach(() => rmSync(cwd, { recursive: true }));

/** How many entries are looked through while `run` does its work, with what looks through all of something. */
function entriesSeen(run: () => unknown): number {
  const { keys } = Object;
  const { keys: keysOfMap } = Map.prototype;
  const { some } = Array.prototype;
  let seen = 0;
  Object.keys = (of: object) => {
    const found = keys(of);
    seen += found.length;
    return found;
  };
  Map.prototype.keys = function () {
    seen += this.size;
    return keysOfMap.call(this);
  };
  Array.prototype.some = function (...each) {
    seen += this.length;
    return some.apply(this, each);
  };
  try {
    run();
  } finally {
    Object.keys = keys;
    Map.prototype.keys = keysOfMap;
    Array.prototype.some = some;
  }
  return seen;
}

const lines = (n: number, line: (i: number) => string): string =>
  Array.from({ length: n }, (_, i) => line(i)).join('');

it.each<[string, (n: number) => string]>([
  ['attributes', (n) => `attributes:\n${lines(n, (i) => `  a.${i}: ${i}\n`)}`],
  ['headers', (n) => `otlp:\n  endpoint: http://c\n  headers:\n${lines(n, (i) => `    h${i}: x\n`)}`],
  [
    'headers of an environment, in another case',
    (n) =>
      `otlp:\n  endpoint: http://c\n  headers:\n${lines(n, (i) => `    h${i}: x\n`)}environments:\n  test:\n    otlp:\n      headers:\n${lines(n, (i) => `        H${i}: x\n`)}`,
  ],
])('a file with twice the %s is twice the work', (_text, fileOf) => {
  const work = (n: number): number => {
    writeFileSync(join(cwd, 'instrument.config.yaml'), fileOf(n));
    return entriesSeen(() => resolveConfiguration(undefined, { env: { NODE_ENV: 'test' }, cwd }));
  };
  // Before any count, so that what is loaded with the first file is in none.
  work(1);
  expect(work(400)).toBeLessThan(2.5 * work(200));
});
