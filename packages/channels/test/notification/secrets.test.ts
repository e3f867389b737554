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
