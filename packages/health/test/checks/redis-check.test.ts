import { expect, test } from 'vitest';
import { redisCheck } from '../../src/checks/index.ts';
import { problemsOf, runCheck, untyped } from './run-check.ts';

// Clients of the real packages are checked against a real server in test/e2e.

test.for<unknown>(['PONG', 'pong', Buffer.from('PONG'), ['pong', '']])(
  'the answer %s is healthy',
  async (answer) => {
    const result = await runCheck(redisCheck({ ping: () => Promise.resolve(answer) }));
    expect(result).toEqual({ status: 'healthy', details: { latencyMillis: expect.any(Number) } });
  },
);

test('another answer is unhealthy', async () => {
  const result = await runCheck(redisCheck({ ping: () => 'LOADING' }));
  expect(result).toEqual({
    status: 'unhealthy',
    reason: 'Redis answered "LOADING" to PING, expected "PONG"',
  });
});

test.for<[object, RegExp]>([
  [{ isReady: false, isOpen: true }, /not ready/],
  [{ status: 'reconnecting' }, /"reconnecting"/],
  [{ status: 'end' }, /"end"/],
])('a client that knows it is not ready (%o) is not asked', async ([state, message]) => {
  let asked = 0;
  const client = { ...state, ping: () => ++asked };
  await expect(runCheck(redisCheck(client))).rejects.toThrow(message);
  expect(asked).toBe(0);
});

test('a client that connects with its first command is asked', async () => {
  const client = { status: 'wait', ping: () => 'PONG' };
  expect(await runCheck(redisCheck(client))).toMatchObject({ status: 'healthy' });
});

test('without answers no more than three pings are sent, and a late answer is worth as much', async () => {
  const answers: ((text: string) => void)[] = [];
  const check = redisCheck({ ping: () => new Promise((resolve) => answers.push(resolve)) });
  for (let i = 0; i < 5; i++) {
    const controller = new AbortController();
    const run = runCheck(check, controller.signal);
    controller.abort();
    await expect(run).rejects.toThrow('No answer before the check was aborted');
  }
  expect(answers.length).toBe(3);
  const late = runCheck(check);
  answers[0]?.('PONG');
  expect(await late).toMatchObject({ status: 'healthy' });
  expect(answers.length).toBe(3);
  const next = runCheck(check);
  answers[3]?.('PONG');
  expect(await next).toMatchObject({ status: 'healthy' });
});

test('what is no client is refused, with what would do', () => {
  const { paths, error } = problemsOf(() =>
    redisCheck(untyped({ password: 'hunter2' }), { degradedAbove: 'x' }),
  );
  expect(paths).toEqual(['client', 'degradedAbove']);
  expect(error.message).toContain('ioredis');
  expect(error.message).not.toContain('hunter2');
});
