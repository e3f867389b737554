import { describe, expect, it } from 'vitest';
import { createNotificationReader } from '../../src/notification/reader.ts';

const read = createNotificationReader({});
const of = (payload: unknown) => read('test.event', payload, 'id').payload;

describe('secrets', () => {
  it.each([
    'password',
    'PASSWORD',
    'userPassword',
    'db_password',
    'authorization',
    'Authorization',
    'x-api-key',
    'apiKey',
    'APIKey',
    'api_key',
    'accessToken',
    'refresh_token',
    'token',
    'client_secret',
    'Set-Cookie',
    'cookie',
    'privateKey',
    'connectionString',
    'sessionId',
    'credentials',
    'routingKey',
    'webhookUrl',
    'pwd',
    'passphrase',
  ])('%s is one', (key) => {
    expect(of({ inner: { [key]: 'hunter2', list: [{ [key]: { value: 'hunter2' } }] } })).toEqual({
      inner: { [key]: '[redacted]', list: [{ [key]: '[redacted]' }] },
    });
  });

  it.each([
    'key',
    'tokens',
    'tokenCount',
    'maxTokens',
    'author',
    'pinned',
    'monkey',
    'passed',
    'compass',
    'keyboard',
    'secretary',
    'cookieless',
    'url',
    'id',
  ])('%s is none', (key) => {
    expect(of({ [key]: 'plain' })).toEqual({ [key]: 'plain' });
  });

  it('are found behind a scheme and in addresses, and whether there is one may be known', () => {
    expect(
      of({
        a: 'postgres://me:hunter2@db/x failed',
        b: 'sent Bearer abc123def456ghi7',
        c: 'the bearer of this',
      }),
    ).toEqual({
      a: 'postgres://[redacted]@db/x failed',
      b: 'sent Bearer [redacted]',
      c: 'the bearer of this',
    });
    expect(of({ token: true, password: null, secret: '', pin: 1234 })).toEqual({
      token: true,
      password: null,
      secret: '',
      pin: '[redacted]',
    });
  });

  it.each([
    ['of any length', `postgres://me:${'hunter2'.repeat(500)}@db/x`],
    ['with an @ in it', 'postgres://me:hunter2@hunter2@db/x'],
    ['without a user', 'postgres://:hunter2@db/x'],
  ])('in an address are found, a password %s', (_, address) => {
    expect(of({ reason: `no answer of ${address}, tried twice`, [address]: 1 })).toEqual({
      reason: 'no answer of postgres://[redacted]@db/x, tried twice',
      'postgres://[redacted]@db/x': 1,
    });
    expect(of({ pools: new Map([[address, 7]]) })).toEqual({ pools: { 'postgres://[redacted]@db/x': 7 } });
  });

  it('behind a scheme are found, however long', () => {
    expect(of({ header: `Bearer ${'abc1'.repeat(1_500)}, and more` })).toEqual({
      header: 'Bearer [redacted], and more',
    });
  });

  it('make keys the same that were not, which are numbered then', () => {
    const pools = { 'db://a:1@db': { open: 3 }, 'db://b:2@db': { open: 4 }, 'db://c:3@db': { open: 5 } };
    expect(of({ pools })).toEqual({
      pools: {
        'db://[redacted]@db': { open: 3 },
        'db://[redacted]@db (2)': { open: 4 },
        'db://[redacted]@db (3)': { open: 5 },
      },
    });
    const long = 'x'.repeat(200);
    const keys = Object.keys(of({ [`${long}1`]: 1, [`${long}2`]: 2 }));
    expect(keys).toEqual([`${'x'.repeat(127)}…`, `${'x'.repeat(123)}… (2)`]);
  });

  it('are known by the beginning and the end of a long key', () => {
    const long = 'x '.repeat(500);
    expect(Object.values(of({ [`password ${long}`]: 'a', [`${long}apiKey`]: 'b', [long]: 'c' }))).toEqual([
      '[redacted]',
      '[redacted]',
      'c',
    ]);
  });

  it('are not read out of a getter either', () => {
    expect(
      of({
        get token() {
          throw new Error('hunter2');
        },
      }),
    ).toEqual({ token: '[redacted]' });
  });
});
