import { SpanKind } from '@opentelemetry/api';
import { InstrumentError, type Problem } from '@org/instrument-core';
import { expect, test } from 'vitest';
import { settingsOf } from '../src/validate-options.ts';

function problemsOf(options: unknown, more?: unknown): readonly Problem[] {
  try {
    settingsOf(options, more, 'a test');
  } catch (error) {
    if (error instanceof InstrumentError && error.code === 'INSTRUMENT_DECORATOR_MISUSE')
      return error.problems;
    throw error;
  }
  return [];
}

test('all problems are reported at once, each with its path', () => {
  const problems = problemsOf({
    name: ' ',
    labels: { success: true, nested: {} },
    attributes: 'no',
    metricAttributes: ['function'],
    classify: 1,
    buckets: [1, 1],
    unit: 'seconds',
    span: { name: '', kind: 'sideways' },
    slo: { target: 99.9, latency: 'soon' },
    stream: 'yes',
    atributes: () => ({}),
  });
  expect(problems.map((problem) => problem.path)).toEqual([
    ...['atributes', 'name', 'attributes', 'classify', 'unit', 'stream', 'labels.success', 'labels.nested'],
    ...['metricAttributes', 'buckets', 'slo.target', 'slo.latency', 'span.name', 'span.kind'],
  ]);
});

test('single mistakes are found', () => {
  const wrong: unknown[] = [
    '',
    null,
    [],
    42,
    { buckets: [] },
    { buckets: [2, 1] },
    { buckets: [Number.NaN] },
    { buckets: 'many' },
    { slo: { target: 0, latency: 1 } },
    { slo: { target: 1.01, latency: 1 } },
    { slo: { target: 0.5, latency: 0 } },
    { slo: 0.999 },
    { metricAttributes: ['a'] },
    { labels: 'gold' },
    { span: 'off' },
    { span: { kind: 9 } },
  ];
  for (const options of wrong) expect(problemsOf(options), JSON.stringify(options)).toHaveLength(1);
  expect(problemsOf('name', 'options')).toHaveLength(1);
});

test('misspelt options and kinds of span are told what was meant, and no value of them is shown', () => {
  const [option] = problemsOf({ nam: 'secret' });
  expect(option).toMatchObject({ path: 'nam', fix: 'Did you mean name?' });
  expect(JSON.stringify(option)).not.toContain('secret');
  expect(problemsOf({ span: { kind: 'sever' } })).toMatchObject([{ fix: 'Did you mean server?' }]);
});

test('good options pass, with defaults for the rest', () => {
  expect(settingsOf(undefined, undefined, 'a test')).toEqual({
    name: undefined,
    labels: {},
    attributes: undefined,
    metricAttributes: [],
    classify: undefined,
    buckets: undefined,
    unit: 's',
    span: true,
    spanName: undefined,
    spanKind: SpanKind.INTERNAL,
    slo: undefined,
    stream: undefined,
  });
  expect(settingsOf('a', { unit: 'ms', span: { kind: 'server' } }, 'a test')).toMatchObject({
    name: 'a',
    unit: 'ms',
    spanKind: SpanKind.SERVER,
  });
  expect(settingsOf({ span: false, slo: { target: 1, latency: '1.5s' } }, undefined, 'a test')).toMatchObject(
    {
      span: false,
      slo: { target: 1, latencyMillis: 1_500 },
    },
  );
});

test('labels of no value are left out, and other wrong ones refused', () => {
  const labels = { region: undefined, zone: null, tier: 'gold', shards: [1, null] };
  expect(settingsOf({ labels }, undefined, 'a test').labels).toEqual({ tier: 'gold', shards: [1, null] });
  expect(problemsOf({ labels: { success: undefined } })).toMatchObject([{ path: 'labels.success' }]);
  expect(problemsOf({ labels: { region: {}, zone: Symbol('zone') } })).toHaveLength(2);
});
