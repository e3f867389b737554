import type { InstrumentError, Problem } from '@org/instrument-core';
import { describe, expect, it } from 'vitest';
import { validateOptions } from '../src/configuration/validate.ts';

function firstProblem(options: unknown): Problem | undefined {
  try {
    validateOptions(options);
  } catch (error) {
    return (error as InstrumentError).problems[0];
  }
  throw new Error('No problem was found.');
}

const noop = () => {};

describe('what goes on after a known word', () => {
  it.each<[string, object, string]>([
    ['a level', { logLevel: 'warning' }, 'warn'],
    ['a key', { otlp: { timeoutMillis: 1 } }, 'timeout'],
    [
      'a key with a shorter one in it',
      { traces: { limits: { attributePerLinkCountLimit: 1 } } },
      'attributePerLinkCount',
    ],
    ['a key with a dot that is no path', { 'prometheus.prot': 1 }, 'prometheus'],
  ])('is %s that is suggested', (_text, options, known) => {
    expect(firstProblem(options)?.fix).toBe(`Did you mean ${known}?`);
  });
});

describe('a key with dots', () => {
  it.each<[string, object, string]>([
    ['of settings', { 'otlp.endpoint': 'http://c' }, 'otlp: { endpoint }'],
    ['of three levels', { 'traces.batch.maxQueueSize': 1 }, 'traces: { batch: { maxQueueSize } }'],
    ['below others', { otlp: { 'metrics.endpoint': 'http://c' } }, 'metrics: { endpoint }'],
    [
      'that ends in one of yours',
      { 'otlp.headers.x-api.key': 's3cret' },
      'otlp: { headers: { "x-api.key" } }',
    ],
    ['of an attribute', { 'attributes.team.name': 'a' }, 'attributes: { "team.name" }'],
  ])('%s is told how to be nested', (_text, options, form) => {
    const problem = firstProblem(options);
    expect(problem).toMatchObject({
      found: 'an unknown key',
      expected: 'settings within settings',
      fix: `Write it nested: ${form}.`,
    });
    expect(JSON.stringify(problem)).not.toContain('s3cret');
  });

  it.each([['otlp.nothing.at.all'], ['toString.constructor'], ['attributes.'], ['a.b']])(
    '%s, which leads to no option, is not',
    (key) => {
      expect(firstProblem({ [key]: 1 })?.fix).not.toContain('nested');
    },
  );
});

describe('an option of NodeSDK', () => {
  it.each([
    ['traceExporter', /otlp: \{ endpoint \}.*traces\.processors/],
    ['spanProcessor', /traces\.processors/],
    ['spanProcessors', /traces\.processors/],
    ['metricReader', /otlp, prometheus, console or statsd/],
    ['metricReaders', /otlp, prometheus, console or statsd/],
    ['sampler', /traces\.sampler/],
    ['views', /metrics\.views/],
    ['spanLimits', /traces\.limits/],
    ['textMapPropagator', /propagators, a list/],
    ['resource', /attributes/],
    ['autoDetectResources', /resourceDetectors: \[\]/],
    ['logRecordProcessors', /no logs signal/],
    ['contextManager', /^Remove it/],
    ['idGenerator', /^Remove it/],
  ])('%s is told what says the same', (key, fix) => {
    expect(firstProblem({ [key]: {} })).toMatchObject({
      expected: 'an option of init(), not of NodeSDK',
      fix: expect.stringMatching(fix),
    });
  });

  it('is one at the top only', () => {
    expect(firstProblem({ traces: { spanProcessors: [] } })?.fix).toBe('Did you mean processors?');
    expect(firstProblem({ toString: {} })?.expected).not.toContain('NodeSDK');
  });
});

describe('one alone in place of a list', () => {
  it.each<[string, object]>([
    ['a propagator', { propagators: { inject: noop, extract: noop, fields: () => [] } }],
    ['a word', { propagators: 'baggage' }],
    ['a span processor', { traces: { processors: { onStart: noop, onEnd: noop } } }],
    ['a view', { metrics: { views: { instrumentName: 'a' } } }],
    ['an attribute key', { metrics: { views: [{ instrumentName: 'a', attributes: { allow: 'route' } }] } }],
  ])('%s is told to be put in one', (_text, options) => {
    expect(firstProblem(options)).toMatchObject({
      found: 'one alone',
      fix: 'Put it in a list, even when there is only one.',
    });
  });

  it('that is none of what the list is of is not, and not shown', () => {
    expect(firstProblem({ propagators: 's3cret' })).toEqual({
      path: 'propagators',
      found: 'a text of 6 characters',
      expected: 'a list of tracecontext, baggage, none and TextMapPropagators',
    });
  });
});
