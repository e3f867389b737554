// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references of configuration files are written so
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InstrumentError } from '@org/instrument-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type ResolvedConfiguration,
  resolveConfiguration,
} from '../src/configuration/resolve-configuration.ts';

let cwd: string;

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'instrument-yaml-'));
});

afterEach(() => rmSync(cwd, { recursive: true }));

function resolve(
  text: string,
  env: Record<string, string> = {},
  name = 'instrument.config.yaml',
): ResolvedConfiguration {
  writeFileSync(join(cwd, name), text);
  return resolveConfiguration(undefined, { env, cwd });
}

function problemsOf(text: string, name?: string): InstrumentError['problems'] {
  try {
    resolve(text, {}, name);
  } catch (error) {
    if (error instanceof InstrumentError) return error.problems;
    throw error;
  }
  return [];
}

describe('merge keys', () => {
  const otlp = (metrics: string) =>
    `otlp:\n  traces: &traces\n    timeout: 5s\n    compression: gzip\n  metrics: ${metrics}\n`;

  it.each([
    ['', '{ <<: *traces }', { timeout: '5s', compression: 'gzip' }],
    ['an own key before it wins', '{ timeout: 1s, <<: *traces }', { timeout: '1s', compression: 'gzip' }],
    ['an own key behind it wins', '{ <<: *traces, timeout: 1s }', { timeout: '1s', compression: 'gzip' }],
    ['an own key without a value takes the other away', '{ <<: *traces, timeout: }', { compression: 'gzip' }],
    [
      'of a list, the first wins',
      '{ <<: [{ timeout: 2s }, *traces] }',
      { timeout: '2s', compression: 'gzip' },
    ],
    ['with their tag', '{ !!merge <<: *traces }', { timeout: '5s', compression: 'gzip' }],
    ['within what is merged', '{ <<: { <<: *traces, timeout: 3s } }', { timeout: '3s', compression: 'gzip' }],
  ])('take the entries of a map over %s', (_text, metrics, expected) => {
    expect(resolve(otlp(metrics)).options.otlp).toMatchObject({ metrics: expected });
    expect(resolve(otlp(metrics)).options.otlp).not.toHaveProperty('metrics.<<');
  });

  it('leave values and mistakes at the lines where they are written', () => {
    const { sources } = resolve(otlp('{ <<: *traces, compression: none }'));
    expect(sources).toMatchObject({
      'otlp.metrics.timeout': 'instrument.config.yaml:3',
      'otlp.metrics.compression': 'instrument.config.yaml:5',
    });
    const wrong = 'environments:\n  a: &a\n    prometheus: { prot: 1 }\n  b:\n    <<: *a\n';
    expect(problemsOf(wrong)).toMatchObject([
      { path: 'environments.a.prometheus.prot', source: 'instrument.config.yaml:3' },
      { path: 'environments.b.prometheus.prot', source: 'instrument.config.yaml:3' },
    ]);
  });

  it('need no variables for what an own key replaces, nor for environments that are not used', () => {
    const text =
      'environments:\n  a: &a\n    serviceName: ${NAME}\n    logLevel: warn\n  b:\n    <<: *a\n    serviceName: mine\n';
    expect(resolve(text, { NODE_ENV: 'b' }).options).toEqual({ serviceName: 'mine', logLevel: 'warn' });
  });

  it('in quotes, and in JSON, are keys as any other', () => {
    expect(resolve('attributes: { "<<": 1 }').options).toEqual({ attributes: { '<<': 1 } });
    rmSync(join(cwd, 'instrument.config.yaml'));
    const json = '{ "attributes": { "<<": 1 } }';
    expect(resolve(json, {}, 'instrument.config.json').options).toEqual({ attributes: { '<<': 1 } });
  });

  it.each([
    ['an alias of nothing', '*nowhere', 'an alias of nothing'],
    ['a text', 's3cret', 'no map'],
    ['nothing', '', 'no map'],
    ['a list of texts', '[s3cret]', 'no map'],
  ])('that are given %s are refused', (_text, value, found) => {
    const expected = 'the alias of a map, or a list of such';
    expect(problemsOf(`attributes:\n  <<: ${value}\n`)).toEqual([
      { path: 'attributes["<<"]', found, expected, source: 'instrument.config.yaml:2' },
    ]);
  });

  it('given twice are told to be a list', () => {
    expect(problemsOf('attributes:\n  <<: { a: 1 }\n  <<: { b: 1 }\n')).toMatchObject([
      { path: 'attributes["<<"]', fix: 'Write one, with a list: <<: [*a, *b].' },
    ]);
  });

  it.each([
    ['of themselves', 'attributes: &a { <<: *a }'],
    ['of themselves, many times', 'attributes: &a { <<: [*a, *a, *a] }'],
    [
      'beyond all bounds',
      `attributes:\n  <<:\n  - &a0 {}\n${Array.from({ length: 9 }, (_, i) => {
        const aliases = Array(10).fill(`*a${i}`).join(', ');
        return `  - &a${i + 1} { <<: [${aliases}] }`;
      }).join('\n')}`,
    ],
  ])('%s are one problem', (_text, yaml) => {
    expect(problemsOf(yaml)).toMatchObject([{ found: 'too many values or levels' }]);
  });

  it('cannot pollute prototypes', () => {
    expect(problemsOf('attributes: { <<: { __proto__: { polluted: 1 } } }')).toMatchObject([
      { path: 'attributes.__proto__' },
    ]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

it('an alias stands for the anchor of its name that comes last before it', () => {
  const yaml = 'attributes:\n  a: &x 1\n  b: *x\n  c: &x 2\n  d: *x\n';
  expect(resolve(yaml).options.attributes).toEqual({ a: 1, b: 1, c: 2, d: 2 });
});

describe('a key given twice', () => {
  it.each([
    ['instrument.config.yaml', 'mode: direct\nmode: events', 'mode', 2, 1],
    ['instrument.config.yaml', 'attributes: { 1: a,\n  "1": b }', 'attributes["1"]', 2, 1],
    [
      'instrument.config.json',
      '{\n  "otlp": {\n    "timeout": 1,\n    "timeout": 2\n  }\n}',
      'otlp.timeout',
      4,
      3,
    ],
  ])('in %s, is named with its lines and what to do', (name, text, path, line, first) => {
    expect(problemsOf(text, name)).toEqual([
      {
        path,
        found: `a key that line ${first} has already`,
        expected: 'it once',
        fix: 'Remove one of the two.',
        source: `${name}:${line}`,
      },
    ]);
  });

  it('comes together with all else that is wrong, and without its values', () => {
    const problems = problemsOf('health:\n  token: s3cret\n  token: s3cret2\nprometheus: { port: x }\n');
    expect(problems.map(({ path }) => path)).toEqual(['health.token', 'prometheus.port']);
    expect(JSON.stringify(problems)).not.toContain('s3cret');
  });
});
