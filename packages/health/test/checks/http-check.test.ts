import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { httpCheck } from '../../src/checks/index.ts';
import { refusingPort, serve } from './http-server.ts';
import { problemsOf, runCheck, untyped } from './run-check.ts';

test('an answer with a status from 200 to 299 is healthy, and tells how long it took', async () => {
  const origin = await serve((_, response) => response.writeHead(204).end());
  const result = await runCheck(httpCheck({ url: `${origin}/health` }));
  expect(result).toEqual({
    status: 'healthy',
    details: { statusCode: 204, latencyMillis: expect.any(Number) },
  });
});

test('another status is unhealthy, and the reason tells which was expected', async () => {
  const origin = await serve((_, response) => response.writeHead(500).end('no'));
  const result = await runCheck(httpCheck({ url: `${origin}/health?token=secret` }));
  expect(result).toEqual({
    status: 'unhealthy',
    reason: `GET ${origin}/health answered 500, expected 200 to 299`,
    details: { statusCode: 500 },
  });
});

test.for<[number, number | number[] | ((status: number) => boolean), string]>([
  [404, 404, 'healthy'],
  [200, 404, 'unhealthy'],
  [418, [200, 418], 'healthy'],
  [503, (status) => status < 500, 'unhealthy'],
])('status %i with expectedStatus %s is %s', async ([status, expectedStatus, expected]) => {
  const origin = await serve((_, response) => response.writeHead(status).end());
  expect(await runCheck(httpCheck({ url: origin, expectedStatus }))).toMatchObject({ status: expected });
});

test('a redirect is an answer of its own, whose target is told without query and credentials', async () => {
  const origin = await serve((request, response) =>
    request.url === '/login'
      ? response.end('please log in')
      : response.writeHead(302, { location: 'http://u:secret@example.com/login?code=secret' }).end(),
  );
  const result = await runCheck(httpCheck({ url: `${origin}/` }));
  expect(result.reason).toBe(
    `GET ${origin}/ answered 302 (to http://example.com/login), expected 200 to 299`,
  );
});

test('redirects are followed when asked to', async () => {
  const origin = await serve((request, response) =>
    request.url === '/new' ? response.end() : response.writeHead(301, { location: '/new' }).end(),
  );
  const check = httpCheck({ url: `${origin}/old`, redirect: 'follow' });
  expect(await runCheck(check)).toMatchObject({ status: 'healthy', details: { statusCode: 200 } });
});

test('headers and credentials go along with a redirect to the same origin, and never to another one', async () => {
  const seen: [string, unknown, unknown, unknown][] = [];
  const note = (where: string, { headers }: IncomingMessage): void =>
    void seen.push([where, headers['x-api-key'], headers.authorization, headers.cookie]);
  const other = await serve((request, response) => {
    note('other', request);
    response.writeHead(307, { location: `${first}/back` }).end();
  });
  const first: string = await serve((request, response) => {
    const { url } = request;
    note(`first${url}`, request);
    if (url === '/back') response.end();
    else response.writeHead(302, { location: url === '/old' ? '/new' : `${other}/` }).end();
  });
  const check = httpCheck({
    url: `${first.replace('//', '//user:pass@')}/old`,
    headers: { 'x-api-key': 'secret', cookie: 'sid=secret' },
    redirect: 'follow',
  });
  expect(await runCheck(check)).toMatchObject({ status: 'healthy' });
  const basic = `Basic ${btoa('user:pass')}`;
  expect(seen).toEqual([
    ['first/old', 'secret', basic, 'sid=secret'],
    ['first/new', 'secret', basic, 'sid=secret'],
    ['other', undefined, undefined, undefined],
    ['first/back', undefined, undefined, undefined],
  ]);
});

test.for<[number, string, string]>([
  [301, 'POST', 'GET'],
  [302, 'PUT', 'PUT'],
  [303, 'PUT', 'GET'],
  [303, 'HEAD', 'HEAD'],
  [308, 'POST', 'POST'],
])('behind a redirect with %i, what was %s is %s', async ([status, method, expected]) => {
  const methods: unknown[] = [];
  const origin = await serve((request, response) => {
    methods.push(request.method);
    if (request.url === '/new') response.end();
    else response.writeHead(status, { location: '/new' }).end();
  });
  await runCheck(httpCheck({ url: origin, method, redirect: 'follow' }));
  expect(methods).toEqual([method, expected]);
});

test('redirects without end, or to what is no HTTP, are an error that shows no secret', async () => {
  let count = 0;
  const origin = await serve((request, response) => {
    count++;
    const location =
      request.url === '/round' ? `${origin.replace('//', '//u:hunter2@')}/round` : 'data:,hunter2';
    response.writeHead(302, { location }).end();
  });
  const round = httpCheck({ url: `${origin}/round`, redirect: 'follow' });
  await expect(runCheck(round)).rejects.toThrow(`GET ${origin}/round: more than 20 redirects`);
  expect(count).toBe(21);
  const data = httpCheck({ url: `${origin}/data`, redirect: 'follow' });
  await expect(runCheck(data)).rejects.toThrow(
    `GET ${origin}/data: redirected to what is no http: or https: URL`,
  );
});

test('credentials in the URL and headers are sent, and never shown', async () => {
  const seen: unknown[] = [];
  const origin = await serve((request, response) => {
    seen.push(request.method, request.headers.authorization, request.headers['x-key']);
    response.writeHead(401).end();
  });
  const url = origin.replace('//', '//user:p%40ss@');
  const result = await runCheck(httpCheck({ url, method: 'HEAD', headers: { 'x-key': 'secret' } }));
  expect(seen).toEqual(['HEAD', `Basic ${btoa('user:p@ss')}`, 'secret']);
  expect(result.status).toBe('unhealthy');
  expect(JSON.stringify(result)).not.toMatch(/secret|p%40ss|p@ss/);
});

test('the body decides when there is a function for it', async () => {
  const origin = await serve((_, response) => response.end('{"up":false}'));
  const check = (body: (text: string) => boolean) => runCheck(httpCheck({ url: origin, body }));
  expect(await check((text) => text.includes('up'))).toMatchObject({ status: 'healthy' });
  expect(await check((text) => JSON.parse(text).up)).toMatchObject({
    status: 'unhealthy',
    reason: `GET ${origin}/ answered 200 with a body that is not the expected one (12 characters)`,
  });
});

test('a body function that throws is told with the URL', async () => {
  const origin = await serve((_, response) => response.end('<html>'));
  const check = httpCheck({ url: origin, body: (text) => JSON.parse(text).up });
  await expect(runCheck(check)).rejects.toThrow(new RegExp(`^GET ${origin}/: .*JSON`));
});

test('a body without end is not read beyond the limit', async () => {
  let isClosed = false;
  const origin = await serve((request, response) => {
    request.socket.on('close', () => {
      isClosed = true;
    });
    const write = (): void => {
      while (!response.destroyed && response.write('x'.repeat(10_000)));
    };
    response.on('drain', write);
    write();
  });
  const check = httpCheck({ url: origin, body: () => true, maxBodyBytes: 100_000 });
  await expect(runCheck(check)).rejects.toThrow('the body is longer than 100000 bytes');
  await expect.poll(() => isClosed).toBe(true);
});

test('a slow answer is degraded', async () => {
  const origin = await serve((_, response) => setTimeout(() => response.end(), 60));
  const result = await runCheck(httpCheck({ url: origin, degradedAbove: '20ms' }));
  expect(result.status).toBe('degraded');
  expect(result.reason).toMatch(/^GET http:\S+ answered in \d+(\.\d)? ms, more than 20 ms$/);
});

test('a server that refuses is told with the cause', async () => {
  const port = await refusingPort();
  const check = httpCheck({ url: `http://127.0.0.1:${port}` });
  await expect(runCheck(check)).rejects.toThrow(
    `GET http://127.0.0.1:${port}/: connect ECONNREFUSED 127.0.0.1:${port}`,
  );
});

test('a server that hangs is let go when the check is aborted', async () => {
  const controller = new AbortController();
  let isClosed = false;
  const origin = await serve((request) => {
    request.on('close', () => {
      isClosed = true;
    });
    controller.abort();
  });
  await expect(runCheck(httpCheck({ url: origin }), controller.signal)).rejects.toThrow(/aborted/);
  await expect.poll(() => isClosed).toBe(true);
});

test('all mistakes are reported together, and no secret with them', () => {
  const { paths, error } = problemsOf(() =>
    httpCheck(
      untyped({
        url: 'ftp://user:hunter2@host/',
        method: 'GE T',
        headers: { 'x-key': 'hunter2\nhunter2', ok: 'fine' },
        expectedStatus: [200, 99],
        body: 'up',
        redirect: 'sometimes',
        degradedAbove: '1 week',
        timeout: 5,
      }),
    ),
  );
  expect(paths).toEqual([
    'timeout',
    'url',
    'method',
    'headers.x-key',
    'expectedStatus',
    'body',
    'redirect',
    'degradedAbove',
  ]);
  expect(error.message).not.toContain('hunter2');
});

test.for(['', 'user:hunter2@host', undefined, 5])('the URL %s is refused', (url) => {
  const { paths, error } = problemsOf(() => httpCheck(untyped({ url })));
  expect(paths).toEqual(['url']);
  expect(error.message).not.toContain('hunter2');
});
