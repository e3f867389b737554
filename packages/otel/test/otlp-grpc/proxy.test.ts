import { mapProxyName } from '@grpc/grpc-js/build/src/http_proxy.js';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { proxyFor } from '../../src/otlp-grpc/proxy.ts';

const VARIABLES = ['grpc_proxy', 'https_proxy', 'http_proxy', 'no_grpc_proxy', 'no_proxy'];

beforeEach(() => {
  for (const name of VARIABLES) vi.stubEnv(name, undefined);
});

afterEach(() => vi.unstubAllEnvs());

/** Through which proxy grpc-js goes, and as whom. */
function oracle(host: string): { proxy: string; authorization: string | undefined } | undefined {
  const { target, extraOptions } = mapProxyName({ scheme: 'dns', path: `${host}:4317` }, {});
  if (extraOptions['grpc.http_connect_target'] === undefined) return undefined;
  const credentials = extraOptions['grpc.http_connect_creds'];
  return {
    proxy: target.path,
    authorization:
      credentials === undefined ? undefined : `Basic ${Buffer.from(credentials).toString('base64')}`,
  };
}

const PROXY = 'http://proxy:3128';

describe('the proxy of an export that does not go through grpc-js is the one of grpc-js', () => {
  it.each<[host: string, env: Record<string, string>]>([
    ['c', {}],
    ['c', { grpc_proxy: PROXY }],
    ['c', { https_proxy: PROXY }],
    ['c', { http_proxy: PROXY }],
    ['c', { grpc_proxy: PROXY, https_proxy: 'http://other', http_proxy: 'http://third' }],
    ['c', { grpc_proxy: '', https_proxy: 'http://other' }],
    ['c', { GRPC_PROXY: PROXY }],
    ['c', { grpc_proxy: 'http://proxy' }],
    ['c', { grpc_proxy: 'https://proxy:3128' }],
    ['c', { grpc_proxy: 'proxy:3128' }],
    ['c', { grpc_proxy: 'no URL', http_proxy: PROXY }],
    ['c', { grpc_proxy: 'http://user:p%40ss@proxy:3128' }],
    ['c', { grpc_proxy: 'http://user@proxy:3128' }],
    ['c.example', { grpc_proxy: PROXY, no_proxy: 'a,.example' }],
    ['c.example', { grpc_proxy: PROXY, no_proxy: 'c.example' }],
    ['c.example', { grpc_proxy: PROXY, no_proxy: 'example.c' }],
    ['c.example', { grpc_proxy: PROXY, no_proxy: '*' }],
    ['c.example', { grpc_proxy: PROXY, no_grpc_proxy: 'other', no_proxy: 'c.example' }],
    ['c.example', { grpc_proxy: PROXY, no_grpc_proxy: 'c.example' }],
    ['10.1.2.3', { grpc_proxy: PROXY, no_proxy: '10.0.0.0/8' }],
    ['11.1.2.3', { grpc_proxy: PROXY, no_proxy: '10.0.0.0/8' }],
    ['192.168.1.130', { grpc_proxy: PROXY, no_proxy: '192.168.1.128/25' }],
    ['192.168.1.1', { grpc_proxy: PROXY, no_proxy: '192.168.1.128/25' }],
    ['10.1.2.3', { grpc_proxy: PROXY, no_proxy: '10.1.2.3/32' }],
    ['10.1.2.3', { grpc_proxy: PROXY, no_proxy: '10.0.0.0/33' }],
    ['c.example', { grpc_proxy: PROXY, no_proxy: '10.0.0.0/8' }],
  ])('%s with %o', (host, env) => {
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    const found = proxyFor(new URL(`http://${host}:4317/Service/Export`));
    const shown =
      found === undefined
        ? undefined
        : { proxy: `${found.host}:${found.port}`, authorization: found.authorization };
    expect(shown).toEqual(oracle(host));
    if (found !== undefined) expect(found.target).toBe(`${host}:4317`);
  });

  it('asks for the port that a URL leaves out, and for IPv6 in brackets', () => {
    const env = { grpc_proxy: PROXY };
    expect(proxyFor(new URL('https://c'), env)?.target).toBe('c:443');
    expect(proxyFor(new URL('http://[::1]'), env)?.target).toBe('[::1]:80');
  });
});
