import { describe, expect, test } from 'vitest';
import { type HttpRequest, openHttpReceiver } from '../../src/conformance/http-receiver.ts';
import { notificationOf } from '../../src/conformance/notifications.ts';
import type { Notification } from '../../src/notification.ts';
import type { WebhookOptions } from '../../src/webhook/options.ts';
import { webhook } from '../../src/webhook/webhook.ts';

const SIGNAL = new AbortController().signal;

async function sent(options: Omit<WebhookOptions, 'url'>, ...batch: Notification[]): Promise<HttpRequest> {
  const receiver = await openHttpReceiver({ read: () => ({ notifications: [] }) });
  try {
    await webhook({ url: receiver.url, ...options }).deliver(batch, { signal: SIGNAL, attempt: 1 });
    return receiver.requests()[0]!;
  } finally {
    await receiver.close();
  }
}

test('a body is the public format: the version, and the notifications as they are', async () => {
  const notifications = [notificationOf(), notificationOf({ phase: 'resolved' })];
  const { body, method, headers } = await sent({}, ...notifications);
  expect({ method, type: headers['content-type'] }).toEqual({ method: 'POST', type: 'application/json' });
  expect(JSON.parse(body.toString())).toEqual({ version: 1, notifications });
});

test.each<[string, Omit<WebhookOptions, 'url'>, string]>([
  ['a bearer', { bearer: 'abc.def' }, 'Bearer abc.def'],
  [
    'a password',
    { basic: { username: 'Aladdin', password: 'open sesame' } },
    'Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==',
  ],
  ['a header', { headers: { Authorization: 'ApiKey abc' } }, 'ApiKey abc'],
])('%s proves who it is', async (_, options, authorization) => {
  expect((await sent(options, notificationOf())).headers.authorization).toBe(authorization);
});

test('a user and password in the URL are sent as a header', async () => {
  const receiver = await openHttpReceiver({ read: () => ({ notifications: [] }) });
  const url = receiver.url.replace('http://', 'http://Aladdin:open%20sesame@');
  await webhook({ url }).deliver([notificationOf()], { signal: SIGNAL, attempt: 1 });
  await receiver.close();
  expect(receiver.requests()[0]?.headers.authorization).toBe('Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==');
});

describe('a batch that is too long for one request', () => {
  const batch = Array.from({ length: 10 }, () => notificationOf({ payload: { text: 'x'.repeat(30_000) } }));

  test('is sent in several, in order, each of which a parser takes', async () => {
    const receiver = await openHttpReceiver({ read: () => ({ notifications: [] }) });
    await webhook({ url: receiver.url }).deliver(batch, { signal: SIGNAL, attempt: 1 });
    await receiver.close();
    const bodies = receiver.requests().map(({ body }) => body);
    expect(bodies).toHaveLength(4);
    for (const body of bodies) expect(body.byteLength).toBeLessThan(100 * 1_024);
    expect(bodies.flatMap((body) => JSON.parse(body.toString()).notifications)).toEqual(batch);
    expect(new Set(receiver.requests().map(({ headers }) => headers['idempotency-key'])).size).toBe(4);
  });

  test('and fails midway has been taken as far as it was', async () => {
    let requests = 0;
    const receiver = await openHttpReceiver({
      read: () => ({ notifications: [] }),
      accept: () => ({ status: ++requests === 3 ? 503 : 200 }),
    });
    const rejections = await webhook({ url: receiver.url }).deliver(batch, { signal: SIGNAL, attempt: 1 });
    await receiver.close();
    expect(rejections?.map(({ id, error }) => [id, error.permanent])).toEqual(
      batch.slice(6).map(({ id }) => [id, false]),
    );
    expect(requests).toBe(3);
  });
});

describe('a format of the user', () => {
  test('is sent as JSON, or as it is when it is text', async () => {
    const format = ([first]: readonly Notification[]) => ({ message: first?.title, half: '\uD83D' });
    const notification = notificationOf();
    const asJson = await sent({ format }, notification);
    expect(JSON.parse(asJson.body.toString())).toEqual({ message: notification.title, half: '\uFFFD' });
    const asText = await sent(
      { format: (batch) => `n=${batch.length}`, headers: { 'content-type': 'text/plain' } },
      notification,
    );
    expect([asText.body.toString(), asText.headers['content-type']]).toEqual(['n=1', 'text/plain']);
  });

  test('that throws is permanent, since it would throw again', async () => {
    const format = (): never => {
      throw new Error('a mistake');
    };
    const delivery = webhook({ url: 'http://127.0.0.1:1/', format }).deliver([notificationOf()], {
      signal: SIGNAL,
      attempt: 1,
    });
    await expect(delivery).rejects.toMatchObject({
      permanent: true,
      message: expect.stringContaining('a mistake'),
    });
  });
});

describe('options that are wrong', () => {
  test('are told all at once, without what is secret', () => {
    const options = {
      url: 'ftp://user:p4ss@hooks.example.com/s3cretPath',
      method: 'GET',
      bearer: 's3cret token',
      basic: { username: 'a:b', password: 's3cret' },
      secret: ['whsec_c2hvcnQ=', 's3cret!', OTHER_THAN_TEXT],
      headers: { 'X-Key': 's3\ncret', 'Content-Length': '3' },
      format: 'json',
      compress: 'yes',
      name: '',
      bearrer: 's3cret-misspelt',
      minSeverity: 'fatal',
    };
    let message = '';
    try {
      webhook(options as never);
    } catch (error) {
      message = (error as Error).message;
      expect((error as { problems: { path: string }[] }).problems.map(({ path }) => path).sort()).toEqual([
        'basic',
        'bearer',
        'bearrer',
        'compress',
        'format',
        'headers.Content-Length',
        'headers.X-Key',
        'method',
        'minSeverity',
        'name',
        'secret[0]',
        'secret[1]',
        'secret[2]',
        'url',
      ]);
    }
    expect(message).toContain('The webhook cannot be set up [INSTRUMENT_INVALID_ARGUMENT]');
    expect(message).not.toMatch(/s3\s*cret|p4ss|c2hvcnQ/);
  });

  test.each([
    ['nothing', undefined],
    ['no URL', 'hooks.example.com/x'],
    ['a placeholder in angle brackets', 'https://hooks.example.com/<token>'],
    ['a variable that was not set', `https://hooks.example.com/${undefined}`],
    ['a template that was not filled in', 'https://hooks.example.com/{{token}}'],
    ['crosses', 'https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX'],
    ['a file', 'file:///etc/passwd'],
    ['a number', 5],
  ])('as a URL: %s', (_, url) => {
    expect(() => webhook({ url } as never)).toThrow(
      expect.objectContaining({ problems: [expect.objectContaining({ path: 'url' })] }),
    );
  });

  test.each<[string, object]>([
    ['two ways to prove who it is', { bearer: 'abc', headers: { authorization: 'x' } }],
    ['an empty list of secrets', { secret: [] }],
    ['several secrets of a plain signature', { secret: ['a', 'b'], signatureHeader: 'x-signature' }],
    ['a plain signature without a secret', { signatureHeader: 'x-signature' }],
    ['a header that is none', { secret: 'a', signatureHeader: 'x signature' }],
  ])('together: %s', (_, options) => {
    expect(() => webhook({ url: 'https://hooks.example.com/a', ...options } as never)).toThrow(
      /cannot be set up/,
    );
  });
});

test('an address in place of the options is not shown', () => {
  expect(() => webhook('https://hooks.example.com/s3cret' as never)).toThrow(
    expect.objectContaining({ message: expect.not.stringContaining('s3cret') }),
  );
});

const OTHER_THAN_TEXT = 5;

test('what is real is taken', () => {
  for (const url of [
    'https://a.b/my-webhook',
    'http://localhost:8080/',
    new URL('https://example.com/todo/x'),
  ]) {
    expect(webhook({ url }).name).toBe('webhook');
  }
});
