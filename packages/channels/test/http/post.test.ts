import { describe, expect, test } from 'vitest';
import { createChannels } from '../../src/create-channels.ts';
import { post } from '../../src/http/post.ts';
import { webhook } from '../../src/webhook/webhook.ts';
import { createBus } from '../delivery/bus-bed.ts';
import { failureOf, request, SECRET_PATH, TOKEN } from './requests.ts';
import { bodyOf, nobody, serve, serveRaw } from './servers.ts';

test('what is sent arrives as it is, and the answer comes back', async () => {
  let seen: unknown;
  const origin = await serve(async (incoming, response) => {
    const { method, url, headers } = incoming;
    const { 'content-type': type, 'user-agent': agent, authorization, traceparent } = headers;
    seen = {
      method,
      url,
      type,
      agent,
      authorization,
      traceparent,
      body: (await bodyOf(incoming)).toString(),
    };
    response.writeHead(201, { 'x-id': '7' }).end('{"ok":true}');
  });
  const answer = await post(request(origin, { method: 'PUT' }));
  expect(seen).toEqual({
    method: 'PUT',
    url: SECRET_PATH,
    type: 'application/json',
    agent: 'instrument-channels',
    authorization: `Bearer ${TOKEN}`,
    traceparent: undefined,
    body: '{"a":1}',
  });
  expect(answer).toMatchObject({ status: 201, text: '{"ok":true}', isComplete: true });
  expect(answer.headers.get('x-id')).toBe('7');
});

describe('an answer that is a refusal', () => {
  test.each([
    [400, true],
    [401, true],
    [403, true],
    [404, true],
    [410, true],
    [413, true],
    [422, true],
    [408, false],
    [425, false],
    [429, false],
    [500, false],
    [502, false],
    [503, false],
    [504, false],
  ])('of status %i is permanent: %s', async (status, permanent) => {
    const origin = await serve((_, response) => response.writeHead(status).end('because'));
    const error = await failureOf(post(request(origin)));
    expect(error).toMatchObject({ status, permanent, retryAfterMillis: undefined });
    expect(error.message).toBe(`The receiver (${origin}) answered ${status}: because`);
  });

  test.each([
    ['3', 3_000],
    ['0', 0],
    ['1.5', 1_500],
    ['999999999', 86_400_000],
    ['soon', undefined],
    ['-5', undefined],
  ])('with Retry-After: %s asks for %s ms', async (header, millis) => {
    const origin = await serve((_, response) => response.writeHead(429, { 'retry-after': header }).end());
    expect(await failureOf(post(request(origin)))).toMatchObject({
      permanent: false,
      retryAfterMillis: millis,
    });
  });

  test('with a date is measured against the clock of the receiver', async () => {
    const date = new Date(Date.now() - 3_600_000);
    const until = new Date(date.getTime() + 90_000);
    const headers = { date: date.toUTCString(), 'retry-after': until.toUTCString() };
    const origin = await serve((_, response) => response.writeHead(503, headers).end());
    expect(await failureOf(post(request(origin)))).toMatchObject({ retryAfterMillis: 90_000 });
  });

  test('that is permanent asks for no pause', async () => {
    const origin = await serve((_, response) => response.writeHead(403, { 'retry-after': '3' }).end());
    expect(await failureOf(post(request(origin)))).toMatchObject({
      permanent: true,
      retryAfterMillis: undefined,
    });
  });

  test('is quoted in one line of a bounded length, without what acts on a terminal', async () => {
    const origin = await serve((_, response) =>
      response.writeHead(400).end(`a\r\nb \u001B[31mred\u001B[0m ${'x'.repeat(1_000)}`),
    );
    const { message } = await failureOf(post(request(origin)));
    expect(message).toContain(': a b [31mred[0m xxx');
    expect(message).toMatch(/x…$/);
    expect(message.length).toBeLessThan(300);
  });

  test('is not quoted when it is a page', async () => {
    const origin = await serve((_, response) => response.writeHead(502).end('<html><body>Bad gateway'));
    expect((await failureOf(post(request(origin)))).message).toBe(`The receiver (${origin}) answered 502`);
  });

  const echoes: Record<string, string> = {
    'as they are': `Cannot POST ${SECRET_PATH}; ${TOKEN}`,
    'percent-encoded': encodeURIComponent(`${SECRET_PATH} ${TOKEN}`),
    'in capitals': `${SECRET_PATH} ${TOKEN}`.toUpperCase(),
    'in JSON': JSON.stringify({ url: SECRET_PATH, token: TOKEN }),
    'in base64': Buffer.from(TOKEN).toString('base64'),
  };
  test.each(Object.entries(echoes))('that quotes secrets %s is told without them', async (_, body) => {
    const origin = await serve((_request, response) => response.writeHead(400).end(`${body} is wrong`));
    const { message } = await failureOf(post(request(origin)));
    expect(message).toContain('[…]');
    for (const part of [
      'pl4ce',
      'qu3ry',
      't0k3n',
      't024be7ld',
      Buffer.from(TOKEN).toString('base64').slice(0, 20).toLowerCase(),
    ]) {
      expect(message.toLowerCase()).not.toContain(part);
    }
  });

  test('cut off within a secret is not quoted at all', async () => {
    const origin = await serveRaw((socket) => {
      socket.once('data', () =>
        socket.end('HTTP/1.1 400 No\r\nContent-Length: 100\r\n\r\nno token t0k3n/with+s'),
      );
    });
    expect((await failureOf(post(request(origin)))).message).toBe(`The receiver (${origin}) answered 400`);
  });
});

describe('a redirect', () => {
  test.each([301, 302, 303, 307, 308])(
    'of status %i sends nothing to where it leads, and is permanent',
    async (status) => {
      let strayed = 0;
      const other = await serve((_, response) => {
        strayed++;
        response.end();
      });
      const origin = await serve((_, response) =>
        response.writeHead(status, { location: `${other}/stolen?x=${TOKEN}` }).end(),
      );
      const error = await failureOf(post(request(origin)));
      expect(error).toMatchObject({ permanent: true, status });
      expect(error.message).toContain(`redirects to ${other} (${status}); set the address`);
      expect(strayed).toBe(0);
    },
  );

  test.each([undefined, 'not a url at all', '/relative', 'javascript:alert(1)'])(
    'to %s is told too',
    async (location) => {
      const origin = await serve((_, response) =>
        response.writeHead(302, location === undefined ? {} : { location }).end(),
      );
      expect(await failureOf(post(request(origin)))).toMatchObject({ permanent: true, status: 302 });
    },
  );
});

test('a redirect is met once for a batch, not for each part of it', async () => {
  let asked = 0;
  const origin = await serve((_, response) => {
    asked++;
    response.writeHead(301, { location: '/moved' }).end();
  });
  const { events, emit } = createBus();
  const channels = createChannels({ to: [webhook({ url: origin })], events });
  for (let i = 0; i < 50; i++) emit('job.failed', { key: `k${i}` });
  expect(await channels.flush('5s')).toBe(true);
  expect(channels.status()[0]).toMatchObject({ dead: 50, waiting: 0 });
  expect(asked).toBe(1);
  await channels.close();
});

describe('a receiver that does not answer', () => {
  test('because nobody listens can be tried again', async () => {
    const origin = await nobody();
    const error = await failureOf(post(request(origin)));
    expect(error).toMatchObject({ permanent: false, status: undefined });
    expect(error.message).toContain(`The receiver (${origin}) cannot be reached: connect ECONNREFUSED`);
  });

  test('because its name is not known can be tried again', async () => {
    const error = await failureOf(post(request('http://no-such-host.invalid')));
    expect(error).toMatchObject({ permanent: false });
    expect(error.message).toMatch(/ENOTFOUND|EAI_AGAIN/);
  });

  test.each([
    ['closes', ''],
    ['breaks off in the head', 'HTTP/1.1 200 OK\r\nContent-'],
    ['talks of other things', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['sends bytes without meaning', '\u0000\u0001\u00FF\r\n\r\n'],
  ])('but %s can be tried again', async (_, bytes) => {
    const origin = await serveRaw((socket) => socket.once('data', () => socket.end(bytes)));
    expect(await failureOf(post(request(origin)))).toMatchObject({ permanent: false, status: undefined });
  });

  test('is given up with the signal, whatever the request waits for', async () => {
    const origin = await serveRaw(() => {});
    const controller = new AbortController();
    const failing = failureOf(post(request(origin, { signal: controller.signal })));
    controller.abort(new Error('a reason of the outbox'));
    const error = await failing;
    expect(error).toMatchObject({ permanent: false });
    expect(error.message).toBe(`The receiver (${origin}) did not answer before the attempt was ended`);
  });

  test('is not asked once the signal was aborted', async () => {
    let asked = 0;
    const origin = await serve((_, response) => {
      asked++;
      response.end();
    });
    expect(await failureOf(post(request(origin, { signal: AbortSignal.abort() })))).toMatchObject({
      permanent: false,
    });
    expect(asked).toBe(0);
  });
});

test('what a receiver says in a form of its own is its word', async () => {
  const origin = await serve((_, response) => response.end('{"ok":false}'));
  const judge = ({ text }: { text: string }) =>
    text.includes('false') ? { reason: 'not ok', permanent: true } : undefined;
  const error = await failureOf(post(request(origin, { judge })));
  expect(error).toMatchObject({ permanent: true, status: 200 });
  expect(error.message).toContain('answered 200: not ok');
});

test.each([
  ['<!doctype html><title>Log in</title>', 'text/html'],
  ['\n <html>', 'text/plain'],
])('a page that says 200 is no success of a receiver that has a form: %j', async (page, type) => {
  const origin = await serve((_, response) => response.writeHead(200, { 'content-type': type }).end(page));
  const error = await failureOf(post(request(origin, { judge: () => undefined })));
  expect(error).toMatchObject({ permanent: false, status: 200 });
  expect(error.message).toContain('answered 200: a page, as of a login or a proxy in between');
  // Without a form nobody knows what success looks like.
  expect(await post(request(origin))).toMatchObject({ text: page });
});

test('a port that fetch sends nothing to is told as that, and not tried again', async () => {
  const error = await failureOf(post(request('http://127.0.0.1:10080')));
  expect(error).toMatchObject({ permanent: true, status: undefined, blame: 'sender' });
  expect(error.message).toMatch(
    /^The receiver \(http:\/\/127\.0\.0\.1:10080\) has a port that fetch sends nothing to/,
  );
});

test('a header that cannot be sent is not shown', async () => {
  const error = await failureOf(
    post(request(await nobody(), { headers: { authorization: `Bearer ${TOKEN}\nx` } })),
  );
  expect(error.permanent).toBe(false);
});
