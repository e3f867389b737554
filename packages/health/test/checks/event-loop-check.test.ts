import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { type EventLoopCheckOptions, eventLoopCheck } from '../../src/checks/index.ts';
import { problemsOf, runCheck } from './run-check.ts';

function startCheck(options: EventLoopCheckOptions) {
  const check = eventLoopCheck(options);
  onTestFinished(() => check.close());
  return check;
}

/** Keeps the loop busy between rounds in which its timers run, of which the first only sets the clock. */
async function block(millis: number): Promise<void> {
  for (let round = 0; round < 3; round++) {
    const end = performance.now() + millis;
    while (performance.now() < end);
    await delay(1);
  }
}

test('a loop that was blocked since the previous run is told with its delay, and forgotten with the next', async () => {
  const check = startCheck({ degradedAbove: '50ms', unhealthyAbove: '1m', degradedUtilization: 1 });
  await block(120);
  const result = await runCheck(check);
  expect(result.status).toBe('degraded');
  expect(result.reason).toMatch(
    /^The event loop is \d+(\.\d)? ms late \(99th percentile\) and busy for [\d.]+ %/,
  );
  expect(result.details?.delayP99Millis).toBeGreaterThan(50);
  expect(result.details?.delayMaxMillis).toBeGreaterThanOrEqual(result.details?.delayP99Millis as number);
  expect(await runCheck(check)).toMatchObject({ details: { delayP99Millis: 0, delayMaxMillis: 0 } });
});

test('the resolution of the measurement is no delay', async () => {
  const check = startCheck({});
  let details: Readonly<Record<string, unknown>> | undefined;
  await expect
    .poll(async () => {
      ({ details } = await runCheck(check));
      return details?.delayMaxMillis;
    })
    .toBeGreaterThan(0);
  // The time between two ticks is 20 ms and a little.
  expect(details?.delayMaxMillis).toBeLessThan(20);
});

test('a loop that is busy all the time is told by its utilisation', async () => {
  const check = startCheck({
    degradedAbove: '1m',
    unhealthyAbove: '1m',
    degradedUtilization: 0.5,
    unhealthyUtilization: 0.6,
  });
  await block(100);
  expect(await runCheck(check)).toMatchObject({
    status: 'unhealthy',
    details: { utilization: expect.any(Number) },
  });
});

test('a closed check throws, and may be closed again', async () => {
  const check = eventLoopCheck();
  check.close();
  check.close();
  await expect(runCheck(check)).rejects.toThrow('was closed');
});

test('all mistakes are reported together', () => {
  const create = () =>
    eventLoopCheck({
      degradedAbove: '2s',
      unhealthyAbove: '1s',
      degradedUtilization: 90,
      unhealthyUtilization: -1,
    });
  expect(problemsOf(create).paths).toEqual(['degradedUtilization', 'unhealthyUtilization', 'degradedAbove']);
});
