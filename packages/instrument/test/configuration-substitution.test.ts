// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references of configuration files are written so
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InstrumentError } from '@org/instrument-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { substitute } from '../src/configuration/file/substitute.ts';
import {
  type ResolvedConfiguration,
  resolveConfiguration,
} from '../src/configuration/resolve-configuration.ts';

let cwd: string;

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'instrument-substitution-'));
});

afterEach(() => rmSync(cwd, { recursive: true }));

function optionsOf(
  text: string,
  env: Record<string, string>,
  name: string,
): ResolvedConfiguration['options'] {
  writeFileSync(join(cwd, name), text);
  return resolveConfiguration(undefined, { env, cwd }).options;
}

const yaml = (text: string, env: Record<string, string> = {}) =>
  optionsOf(text, env, 'instrument.config.yaml');
const json = (value: object, env: Record<string, string> = {}) =>
  optionsOf(JSON.stringify(value), env, 'instrument.config.json');

function problemsOf(read: () => unknown): InstrumentError['problems'] {
  try {
    read();
  } catch (error) {
    return (error as InstrumentError).problems;
  }
  return [];
}

describe('references follow the table of the OpenTelemetry specification', () => {
  const env = {
    STRING_VALUE: 'value',
    FLOAT_VALUE: '1.1',
    REPLACE_ME: '${DO_NOT_REPLACE_ME}',
    DO_NOT_REPLACE_ME: 'Never use this value',
    VALUE_WITH_ESCAPE: 'value$$',
    INVALID_MAP_VALUE: 'value\nkey:value',
  };
  it.each([
    ['${STRING_VALUE}', 'value'],
    ['${env:STRING_VALUE}', 'value'],
    ['foo ${STRING_VALUE} ${FLOAT_VALUE}', 'foo value 1.1'],
    ['${INVALID_MAP_VALUE}', 'value\nkey:value'],
    ['${UNDEFINED_KEY:-fallback}', 'fallback'],
    ['${UNDEFINED_KEY:-}', ''],
    ['${REPLACE_ME}', '${DO_NOT_REPLACE_ME}'],
    ['${UNDEFINED_KEY:-${STRING_VALUE}}', '${STRING_VALUE}'],
    ['$${STRING_VALUE}', '${STRING_VALUE}'],
    ['$$${STRING_VALUE}', '$value'],
    ['$$$${STRING_VALUE}', '$${STRING_VALUE}'],
    ['$${STRING_VALUE:-fallback}', '${STRING_VALUE:-fallback}'],
    ['$${STRING_VALUE:-${STRING_VALUE}}', '${STRING_VALUE:-value}'],
    ['${UNDEFINED_KEY:-$${UNDEFINED_KEY}}', '${UNDEFINED_KEY:-${UNDEFINED_KEY}}'],
    ['${VALUE_WITH_ESCAPE}', 'value$$'],
    ['a $$ b', 'a $ b'],
    ['a $ b', 'a $ b'],
  ])('%s becomes %s', (text, expected) => {
    expect(substitute(text, env)).toMatchObject({ text: expected, faults: [] });
  });

  it.each([
    ['${STRING_VALUE:?error}', '${STRING_VALUE…}'],
    ['${API_KEY:s3cret}', '${API_KEY…}'],
    ['${env:API-KEY:-s3cret}', '${env:API…}'],
    ['${1API_KEY}', '${1API_KEY}'],
    ['${API_$KEY}', '${API_…}'],
    ['${}', '${}'],
  ])('%s is refused, and called %s', (text, shown) => {
    expect(substitute(text, env).faults).toMatchObject([{ found: `the reference ${shown}`, missing: false }]);
  });
});

describe('a reference in a file', () => {
  it('takes the type that the option wants, unquoted, quoted or in JSON', () => {
    const expected = { prometheus: { port: 9465 }, handleSignals: false, serviceName: '007' };
    const env = { PORT: '9465', SIGNALS: 'false', NAME: '007' };
    expect(
      yaml('prometheus:\n  port: ${PORT:-9464}\nhandleSignals: ${SIGNALS}\nserviceName: ${NAME}', env),
    ).toEqual(expected);
    expect(
      yaml('prometheus: { port: "${PORT}" }\nhandleSignals: "${SIGNALS}"\nserviceName: "${NAME}"', env),
    ).toEqual(expected);
    rmSync(join(cwd, 'instrument.config.yaml'));
    expect(
      json({ prometheus: { port: '${PORT}' }, handleSignals: '${SIGNALS}', serviceName: '${NAME}' }, env),
    ).toEqual(expected);
  });

  it('switches a room with true and false', () => {
    expect(yaml('prometheus: "${ON}"', { ON: 'false' })).toEqual({ prometheus: false });
  });

  it('of an attribute has the type of the syntax: a number unquoted, text in quotes', () => {
    const options = yaml('attributes:\n  a: ${N}\n  b: "${N}"\n', { N: '0x1f' });
    expect(options).toEqual({ attributes: { a: 31, b: '0x1f' } });
  });

  it.each([
    ['2.10', 2.1],
    ['1e3', 1000],
    ['12', 12],
    ['true', true],
    ['False', false],
    ['abc', 'abc'],
    ['2.10.0', '2.10.0'],
    ['', undefined],
    ['null', undefined],
  ])('to %s is what the file would be with it in its place', (text, expected) => {
    const { attributes } = yaml('attributes:\n  a: ${N:-}\n  b: 1\n', { N: text });
    expect(attributes).toEqual(expected === undefined ? { b: 1 } : { a: expected, b: 1 });
  });

  it('cannot add keys', () => {
    expect(yaml('attributes:\n  a: ${N}\n', { N: 'x\nserviceName: injected' })).toEqual({
      attributes: { a: 'x\nserviceName: injected' },
    });
    expect(yaml('attributes:\n  a: ${N}\n', { N: '{b: 1} # c' })).toEqual({
      attributes: { a: '{b: 1} # c' },
    });
  });

  it('is not looked for in keys', () => {
    expect(yaml('attributes:\n  "${N}": 1\n', { N: 'x' })).toEqual({ attributes: { '${N}': 1 } });
  });

  it('that yields nothing leaves the option unset', () => {
    expect(yaml('otlp:\n  endpoint: ${URL:-}\nserviceName: "${NAME:-}"\n')).toEqual({ otlp: {} });
  });

  it('to a variable that is not set is a problem that names line and variable', () => {
    const read = () =>
      yaml('serviceName: x\notlp:\n  endpoint: ${URL}\n  headers: { a: "${TOKEN}" }\n', { TOKEN: '' });
    expect(problemsOf(read)).toMatchObject([
      {
        path: 'otlp.endpoint',
        source: 'instrument.config.yaml:3',
        found: 'the environment variable URL not set',
      },
      {
        path: 'otlp.headers.a',
        source: 'instrument.config.yaml:4',
        found: 'the environment variable TOKEN empty',
      },
    ]);
    expect(problemsOf(read)[0]?.fix).toContain('${URL:-default}');
  });

  it('in the braces of YAML needs quotes, and the message says so', () => {
    expect(problemsOf(() => yaml('prometheus: { port: ${PORT} }'))[0]?.fix).toContain('Put quotes around');
  });

  it('that does not fit is a problem of its line', () => {
    const problems = problemsOf(() => yaml('prometheus:\n  port: ${PORT}\n', { PORT: 'http' }));
    expect(problems).toMatchObject([
      { path: 'prometheus.port', found: '"http"', source: 'instrument.config.yaml:2' },
    ]);
  });
});
