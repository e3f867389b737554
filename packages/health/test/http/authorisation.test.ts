import { type DiagLogger, diag } from '@opentelemetry/api';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { AuthorizeRequest, HealthHttpOptions } from '../../src/http/options.ts';
import { mixedHealth, serve } from './serve.ts';

afterEach(() => diag.disable());

async function seesDetails(options: HealthHttpOptions, authorization?: string): Promise<boolean> {
  const { url } = await serve(await mixedHealth(), options);
  const headers = new Headers(authorization === undefined ? {} : { Authorization: authorization });
  const response = await fetch(`${url}/health`, { headers });
  expect(response.status).toBe(503);
  return 'checks' in ((await response.json()) as object);
}

describe('who sees details', () => {
  it('is nobody without a token or a function, all with always, none with never', async () => {
    expect(await seesDetails({})).toBe(false);
    expect(await seesDetails({}, 'Bearer x')).toBe(false);
    expect(await seesDetails({ details: 'always' })).toBe(true);
    expect(await seesDetails({ details: 'never', token: 't', authorize: () => true }, 'Bearer t')).toBe(
      false,
    );
  });

  it('is who sends the token, the whole token and nothing but the token', async () => {
    const token = 'correct-horse';
    expect(await seesDetails({ token }, `Bearer ${token}`)).toBe(true);
    expect(await seesDetails({ token }, `bearer  ${token}`)).toBe(true);
    for (const wrong of [
      undefined,
      token,
      'Bearer',
      'Bearer ',
      `Bearer ${token}x`,
      'Bearer c',
      `Basic ${token}`,
      `Bearer ${token} ${token}`,
      `Bearer ${'x'.repeat(7_000)}`,
    ]) {
      expect([wrong, await seesDetails({ token }, wrong)]).toEqual([wrong, false]);
    }
  });

  it('is who the function says true to, at once or later, and to nothing else', async () => {
    let asked: AuthorizeRequest | undefined;
    const authorize = (request: AuthorizeRequest) => {
      asked = request;
      return request.headers.authorization === 'Bearer me';
    };
    expect(await seesDetails({ authorize }, 'Bearer me')).toBe(true);
    expect(asked).toMatchObject({ method: 'GET', url: '/health', remoteAddress: '127.0.0.1' });
    expect(await seesDetails({ authorize }, 'Bearer you')).toBe(false);
    expect(await seesDetails({ authorize: async () => true })).toBe(true);
    expect(await seesDetails({ authorize: async () => false })).toBe(false);
    expect(await seesDetails({ authorize: (() => 'yes') as unknown as () => boolean })).toBe(false);
    expect(await seesDetails({ token: 't', authorize: () => false }, 'Bearer t')).toBe(true);
  });

  it('is nobody when the function throws or rejects, which is told', async () => {
    const error = vi.fn();
    diag.setLogger({ error, warn() {}, info() {}, debug() {}, verbose() {} } satisfies DiagLogger);
    const fault = new Error('directory is down');
    expect(await seesDetails({ authorize: () => Promise.reject(fault) })).toBe(false);
    const throwing = () => {
      throw fault;
    };
    expect(await seesDetails({ authorize: throwing })).toBe(false);
    expect(error.mock.calls).toContainEqual([`health: authorize failed: ${fault.message}`, fault]);
  });

  it('does not depend on who asked before', async () => {
    const { url } = await serve(await mixedHealth(), { token: 't' });
    const bodies = [];
    for (const headers of [{}, { Authorization: 'Bearer t' }, {}, { Authorization: 'Bearer t' }]) {
      bodies.push(await (await fetch(`${url}/readyz`, { headers })).text());
    }
    expect(bodies[0]).toContain('reason withheld');
    expect(bodies[1]).toContain('connection refused');
    expect([bodies[2], bodies[3]]).toEqual([bodies[0], bodies[1]]);
  });
});
