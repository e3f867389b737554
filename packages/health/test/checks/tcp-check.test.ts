import { type AddressInfo, createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { tcpCheck } from '../../src/checks/index.ts';
import { refusingPort } from './http-server.ts';
import { problemsOf, runCheck, untyped } from './run-check.ts';

test('a port that accepts is healthy, and the connection is closed at once', async () => {
  let isClosed = false;
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('close', () => {
      isClosed = true;
    });
    socket.resume();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const result = await runCheck(tcpCheck({ host: '127.0.0.1', port }));
  expect(result).toEqual({ status: 'healthy', details: { latencyMillis: expect.any(Number) } });
  await expect.poll(() => isClosed).toBe(true);
  expect(await runCheck(tcpCheck({ host: '127.0.0.1', port, degradedAbove: 0 }))).toMatchObject({
    status: 'degraded',
    reason: expect.stringMatching(`^127.0.0.1:${port} answered in [\\d.]+ ms, more than 0 ms$`),
  });
});

test('a port that refuses throws, and tells where', async () => {
  const port = await refusingPort();
  await expect(runCheck(tcpCheck({ host: '127.0.0.1', port }))).rejects.toThrow(
    `127.0.0.1:${port}: connect ECONNREFUSED 127.0.0.1:${port}`,
  );
});

test('a name with several addresses tells what each of them said', async () => {
  const port = await refusingPort();
  await expect(runCheck(tcpCheck({ host: 'localhost', port }))).rejects.toThrow(
    new RegExp(`^localhost:${port}: connect ECONNREFUSED`),
  );
});

test('a check that was aborted opens nothing', async () => {
  const port = await refusingPort();
  const check = tcpCheck({ host: '127.0.0.1', port });
  await expect(runCheck(check, AbortSignal.abort())).rejects.toThrow(/aborted/);
});

test('all mistakes are reported together', () => {
  expect(problemsOf(() => tcpCheck(untyped({ host: ' ', port: 65_536, degradedAbove: -1 }))).paths).toEqual([
    'host',
    'port',
    'degradedAbove',
  ]);
  expect(problemsOf(() => tcpCheck(untyped({}))).paths).toEqual(['host', 'port']);
  expect(problemsOf(() => tcpCheck(untyped(undefined))).paths).toEqual(['host', 'port']);
});
