import { InstrumentError } from '@org/instrument-core';
import { describe, expect, it } from 'vitest';
import { createHealth } from '../../src/create-health.ts';
import { createHealthFetch } from '../../src/http/fetch-handler.ts';
import { createHealthHandler, createHealthRoutes } from '../../src/http/node-handler.ts';
import type { HealthHttpOptions } from '../../src/http/options.ts';

function errorOf(options: unknown): InstrumentError {
  try {
    createHealthHandler(createHealth(), options as HealthHttpOptions);
  } catch (error) {
    return error as InstrumentError;
  }
  throw new Error('nothing was thrown');
}

const pathsOf = (options: unknown) => errorOf(options).problems.map(({ path }) => path);

describe('options of the endpoints', () => {
  it('are refused all at once, with what was probably meant', () => {
    const error = errorOf({
      paths: { ready: 'readyz', live: '/health', raedy: '/x' },
      basePath: 'internal',
      detail: 'always',
      details: 'sometimes',
      token: '',
      authorize: true,
      version: 3,
    });
    expect(error).toBeInstanceOf(InstrumentError);
    expect(error.code).toBe('INSTRUMENT_INVALID_ARGUMENT');
    expect(error.problems.map(({ path }) => path)).toEqual([
      'detail',
      'paths.raedy',
      'basePath',
      'paths.live',
      'paths.ready',
      'details',
      'token',
      'authorize',
      'version',
    ]);
    expect(error.message).toContain('Did you mean details?');
    expect(error.message).toContain('Did you mean ready?');
    expect(error.message).toContain('which paths.health has too');
  });

  it('are paths without a query, a slash at the end, an empty segment, or anything encoded', () => {
    for (const path of ['', '/', 'livez', '/livez/', '//livez', '/live z', '/a?b', '/a#b', '/%6c', 3, null]) {
      if (path === null) continue;
      expect([path, pathsOf({ paths: { live: path } })]).toEqual([path, ['paths.live']]);
    }
    expect(pathsOf({ basePath: '/a//b' })).toEqual(['basePath']);
    expect(pathsOf({ paths: [] })).toEqual(['paths']);
    expect(pathsOf(7)).toEqual(['options']);
  });

  it('never show the token', () => {
    const { message } = errorOf({ token: 'hunter2 hunter2' });
    expect(message).not.toContain('hunter2');
    expect(pathsOf({ token: 'schlüssel' })).toEqual(['token']);
    expect(pathsOf({ token: 42 })).toEqual(['token']);
  });

  it('need a health', () => {
    const notHealth = { token: 't' } as never;
    for (const create of [createHealthHandler, createHealthRoutes, createHealthFetch]) {
      expect(() => create(notHealth)).toThrow(
        /health: found something else, expected `health` of @org\/instrument/,
      );
      // It may be the options, with the token in them.
      expect(() => create({ token: 'very-secret' } as never)).not.toThrow(/very-secret/);
    }
  });
});
