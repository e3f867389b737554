// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references of configuration files are written so
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InstrumentError } from '@org/instrument-core';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type ResolvedConfiguration,
  resolveConfiguration,
} from '../src/configuration/resolve-configuration.ts';
import type { InitOptions } from '../src/options.ts';

let cwd: string;

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'instrument-configuration-'));
});

afterEach(() => rmSync(cwd, { recursive: true }));

function write(name: string, text: string): string {
  writeFileSync(join(cwd, name), text);
  return join(cwd, name);
}

function resolve(env: Record<string, string> = {}, options?: InitOptions): ResolvedConfiguration {
  return resolveConfiguration(options, { env, cwd });
}

function failure(env: Record<string, string> = {}): InstrumentError {
  try {
    resolve(env);
  } catch (error) {
    if (error instanceof InstrumentError) return error;
    throw error;
  }
  throw new Error('Nothing was wrong.');
}

/** Paths and sources of what is wrong with a YAML file. */
function problemsIn(
  yaml: string,
  env: Record<string, string> = {},
): (readonly [string, string | undefined])[] {
  write('instrument.config.yaml', yaml);
  return failure(env).problems.map(({ path, source }) => [path, source] as const);
}

function optionsIn(yaml: string, env: Record<string, string> = {}): ResolvedConfiguration['options'] {
  write('instrument.config.yaml', yaml);
  return resolve(env).options;
}

describe('which file is read', () => {
  it('none, when there is none', () => {
    expect(resolve()).toMatchObject({ file: undefined, options: {}, warnings: [] });
  });

  it.each([
    ['instrument.config.yaml', 'serviceName: a'],
    ['instrument.config.yml', 'serviceName: a'],
    ['instrument.config.json', '{\n\t"serviceName": "a"\n}'],
    ['instrument.config.json', '\uFEFF{"serviceName": "a"}'],
  ])('%s in the working directory', (name, text) => {
    const file = write(name, text);
    expect(resolve()).toMatchObject({ file, options: { serviceName: 'a' } });
  });

  it('more than one is an error that says which to delete', () => {
    write('instrument.config.yaml', '');
    write('instrument.config.json', '{}');
    const error = failure();
    expect(error.code).toBe('INSTRUMENT_CONFIG_INVALID');
    expect(error.message).toContain('Keep instrument.config.yaml and delete instrument.config.json');
  });

  it('the one of INSTRUMENT_CONFIG, even beside one in the working directory', () => {
    write('instrument.config.yaml', 'serviceName: a');
    mkdirSync(join(cwd, 'etc'));
    const file = write('etc/mine.yml', 'serviceName: b');
    expect(resolve({ INSTRUMENT_CONFIG: 'etc/mine.yml' })).toMatchObject({
      file,
      options: { serviceName: 'b' },
    });
    expect(resolve({ INSTRUMENT_CONFIG: file })).toMatchObject({ file });
    expect(resolve({ INSTRUMENT_CONFIG: ' ' }).options.serviceName).toBe('a');
  });

  it('a missing one of INSTRUMENT_CONFIG is an error that says how to go on', () => {
    const error = failure({ INSTRUMENT_CONFIG: 'nowhere.yaml' });
    expect(error.code).toBe('INSTRUMENT_CONFIG_UNREADABLE');
    expect(error.message).toMatch(/nowhere\.yaml\): found no file there.*unset INSTRUMENT_CONFIG/);
    expect(error.cause).toMatchObject({ code: 'ENOENT' });
  });

  it('a directory cannot be read', () => {
    mkdirSync(join(cwd, 'instrument.config.yaml'));
    expect(failure()).toMatchObject({
      code: 'INSTRUMENT_CONFIG_UNREADABLE',
      problems: [{ found: 'a directory' }],
    });
  });

  it('one of another kind is refused', () => {
    write('instrument.config.toml', '');
    expect(failure({ INSTRUMENT_CONFIG: 'instrument.config.toml' }).message).toContain(
      '.yaml, .yml or .json',
    );
  });

  it('not even a wrong one while OTEL_SDK_DISABLED is true', () => {
    write('instrument.config.yaml', '{{{');
    expect(resolve({ OTEL_SDK_DISABLED: 'true' })).toMatchObject({ disabled: true, file: undefined });
  });

  it('an empty one says nothing', () => {
    expect(optionsIn('# later\n')).toEqual({});
    expect(optionsIn('prometheus:\n')).toEqual({});
  });
});

describe('what is wrong in a file', () => {
  it('is named with its line, all at once', () => {
    const yaml =
      'serviceName: ""\nprometheus:\n  port: 70000\n  prot: 1\notlp:\n  headers:\n    - a\nnonsense: 1\n';
    expect(problemsIn(yaml)).toEqual([
      ['serviceName', 'instrument.config.yaml:1'],
      ['prometheus.port', 'instrument.config.yaml:3'],
      ['prometheus.prot', 'instrument.config.yaml:4'],
      ['otlp.headers', 'instrument.config.yaml:7'],
      ['nonsense', 'instrument.config.yaml:8'],
    ]);
  });

  it('of an unknown key, is the line of the key', () => {
    expect(problemsIn('\nnonsense:\n\n  a: 1\n')).toEqual([['nonsense', 'instrument.config.yaml:2']]);
  });

  it('is named for JSON, too', () => {
    write('instrument.config.json', '{\n  "prometheus": {\n    "port": "x"\n  }\n}');
    expect(failure().problems).toMatchObject([
      { path: 'prometheus.port', source: 'instrument.config.json:3' },
    ]);
  });

  it('comes together with what is wrong in code', () => {
    write('instrument.config.yaml', 'mode: off');
    const wrong = { serviceName: '' };
    expect(() => resolve({}, wrong)).toThrow(
      /mode \(instrument\.config\.yaml:1\)[\s\S]*serviceName: found ""/,
    );
  });

  it.each([
    ['a syntax error', 'a: [1, 2\nb: 3', 'instrument.config.yaml:2:1'],
    ['a tab', 'prometheus:\n\tport: 1', 'instrument.config.yaml:2:1'],
    ['a second document', 'mode: direct\n---\nmode: events', 'instrument.config.yaml:2:1'],
    ['an unknown tag', 'serviceName: !secret x', 'instrument.config.yaml:1:14'],
  ])('%s is named with line and column', (_text, yaml, source) => {
    expect(problemsIn(yaml)[0]).toEqual(['', source]);
  });

  it('that the parser tells twice is listed once', () => {
    expect(problemsIn('a: [\n  {b: 1,\n c: 2\nd: 3')).toEqual([['', 'instrument.config.yaml:4:1']]);
  });

  it.each([
    ['comments', '{\n  // no\n  "mode": "direct"\n}'],
    ['trailing commas', '{"mode": "direct",}'],
    ['bare words', '{"mode": direct}'],
    ['single quotes', "{'mode': 'direct'}"],
  ])('JSON with %s is refused', (_text, json) => {
    write('instrument.config.json', json);
    expect(failure()).toMatchObject({ problems: [{ expected: 'valid JSON' }] });
  });

  it.each([
    ['a comment before a value', '{\n  "mode": // no\n    "direct"\n}', '2:11'],
    ['a trailing comma in a list', '{\n  "instrumentations": [\n    "a",\n  ]\n}', '4:3'],
    ['a trailing comma', '{\n  "mode": "direct",\n}', '3:1'],
    ['single quotes', '{\n  "mode": \'direct\' }', '2:11'],
    ['a key without a value', '{\n  "mode" }', '2:10'],
    ['a bare word', '{\n  "attributes": { "a": -1.5e3, "b": [true, null], "c": word } }', '2:56'],
    ['an escape of YAML', '{\n  "serviceName": "\\x41" }', '2:18'],
    ['no braces', '"mode": "direct"', '1:7'],
  ])('JSON with %s is refused with line and column', (_text, json, at) => {
    write('instrument.config.json', json);
    expect(failure()).toMatchObject({ problems: [{ source: `instrument.config.json:${at}` }] });
  });

  it.each([
    ['a tag', 'instrument.config.yaml', 'otlp: { headers: { authorization: !s3cret } }'],
    ['an alias', 'instrument.config.yaml', 'otlp: { headers: { authorization: *s3cret } }'],
    [
      'headers of a channel',
      'instrument.config.yaml',
      'channels: [{ type: webhook, url: "http://a", headers: "a=s3cret" }]',
    ],
    ['a URL as a channel', 'instrument.config.yaml', 'channels: ["https://hooks.slack.com/s3cret"]'],
    ['a URL as its type', 'instrument.config.yaml', 'channels: [{ type: "https://hooks.slack.com/s3cret" }]'],
    ['a bare word', 'instrument.config.json', '{"otlp": {"headers": {"authorization": s3cret}}}'],
    ['a bare word alone', 'instrument.config.json', 's3cret'],
    [
      'a text in single quotes',
      'instrument.config.json',
      `{"otlp": {"headers": {"authorization": 's3cret'}}}`,
    ],
    ['what is behind the end', 'instrument.config.json', '{ "health": {} }, "authorization": "s3cret" }'],
    ['a comment', 'instrument.config.json', '{"health": /* s3cret */ true}'],
    ['what is behind |', 'instrument.config.yaml', 'health:\n  token: |s3cret\n'],
    ['what is behind >', 'instrument.config.yaml', 'health:\n  token: >s3cret\n'],
    ['what is behind ?', 'instrument.config.yaml', 'health:\n  token: ? s3cret\n'],
    ['what is behind a quote', 'instrument.config.yaml', 'health:\n  token: "a" s3cret\n'],
    ['what is behind a bracket', 'instrument.config.yaml', 'health: { token: a }}s3cret\n'],
    ['what is behind ...', 'instrument.config.yaml', 'health:\n  token: a\n...\ns3cret\n'],
    ['a directive', 'instrument.config.yaml', '%s3cret\n---\nhealth: true\n'],
    ['a version', 'instrument.config.yaml', '%YAML s3cret\n---\nhealth: true\n'],
    ['a reference', 'instrument.config.yaml', 'health:\n  token: ${TOKEN:s3cret}\n'],
  ])('does not show what may be a secret: %s', (_text, name, text) => {
    write(name, text);
    expect(failure().message).toContain(name);
    expect(failure().message).not.toContain('s3cret');
  });

  it.each([
    ['a list', '- a'],
    ['a text', 'a'],
  ])('is %s at the top', (_text, yaml) => {
    expect(problemsIn(yaml)).toEqual([['', 'instrument.config.yaml:1']]);
  });

  it.each([
    ['traces: { processors: [] }', 'traces.processors'],
    ['mode: { operation: x }', 'mode'],
    ['traces: { sampler: { shouldSample: x } }', 'traces.sampler'],
    [
      'metrics: { views: [{ meterName: a, attributesProcessors: [] }] }',
      'metrics.views[0].attributesProcessors',
    ],
    ['propagators: [{ inject: x }]', 'propagators[0]'],
    ['instrumentations: [{ enable: x }]', 'instrumentations[0]'],
    ['instrumentations: ["not a package"]', 'instrumentations[0]'],
    ['prometheus: { port: !!binary aGk= }', 'prometheus.port'],
    ['serviceName: !!timestamp 2020-01-01', 'serviceName'],
    ['? [a]\n: 1', ''],
  ])('%s: refused', (yaml, path) => {
    expect(problemsIn(yaml).map(([at]) => at)).toEqual([path]);
  });

  it('is a text that starts with *, which needs quotes', () => {
    for (const pattern of ['*', '*.duration']) {
      write('instrument.config.yaml', `metrics:\n  views:\n    - instrumentName: ${pattern}\n`);
      expect(failure().message).toMatch(
        /instrument\.config\.yaml:3.*quotes around a text that starts with \*/,
      );
    }
  });

  it('is an alias of itself, or aliases beyond all bounds', () => {
    expect(problemsIn('attributes: &a { x: *a }')).not.toEqual([]);
    const bomb = ['attributes:', '  a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let i = 1; i < 9; i++)
      bomb.push(
        `  a${i}: &a${i} [${Array(10)
          .fill(`*a${i - 1}`)
          .join(', ')}]`,
      );
    expect(problemsIn(bomb.join('\n')).length).toBeGreaterThan(0);
  });

  it('is a key that would pollute prototypes', () => {
    const yaml =
      '__proto__: { polluted: 1 }\nattributes: { __proto__: { polluted: 1 } }\nenvironments: { __proto__: {} }';
    expect(problemsIn(yaml).map(([path]) => path)).toEqual([
      '__proto__',
      'attributes.__proto__',
      'environments.__proto__',
    ]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

describe('what a file can say', () => {
  it('instrumentations, as packages to load', () => {
    const options = optionsIn(
      'instrumentations: ["@opentelemetry/instrumentation-http", my-instrumentation]',
    );
    expect(options).toEqual({
      instrumentationPackages: ['@opentelemetry/instrumentation-http', 'my-instrumentation'],
    });
  });

  it('views in plain data', () => {
    const yaml = 'metrics:\n  views:\n    - instrumentName: "*"\n      attributes: { deny: [user] }\n';
    expect(optionsIn(yaml)).toEqual({
      metrics: { views: [{ instrumentName: '*', attributes: { deny: ['user'] } }] },
    });
  });

  it('the same settings twice, by an alias', () => {
    const yaml = 'otlp:\n  traces: &all { timeout: 5s }\n  metrics: *all\n';
    expect(optionsIn(yaml)).toEqual({ otlp: { traces: { timeout: '5s' }, metrics: { timeout: '5s' } } });
  });
});

describe('any JSON as configuration file', () => {
  it('throws nothing but an InstrumentError, and pollutes nothing', () => {
    const word = fc.constantFrom(
      'otlp',
      'environments',
      'production',
      'headers',
      '__proto__',
      'constructor',
      'attributes',
      'metrics',
      'views',
      'prometheus',
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.jsonValue({ maxDepth: 2 }),
        fc.constantFrom('${X}', '${Y:-1}', '$${', '${', '*'),
        tie('object'),
      ),
      object: fc.dictionary(fc.oneof(word, fc.string()), tie('value')),
    }));
    fc.assert(
      fc.property(value, (json) => {
        write('instrument.config.json', JSON.stringify(json));
        try {
          resolve({ NODE_ENV: 'production', X: '{"a":1}' });
        } catch (error) {
          if (!(error instanceof InstrumentError)) throw error;
        }
        expect(Object.keys(Object.prototype)).toEqual([]);
      }),
    );
  });
});
