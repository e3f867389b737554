import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { CheckFunction } from '../../src/check.ts';
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

/** An event loop whose seconds go by as they are told to: so many busy ones, so many idle ones. */
function createLoop() {
  const loop = { active: 1_000, idle: 9_000 };
  const look = vi.spyOn(performance, 'eventLoopUtilization');
  look.mockImplementation((since = { active: 0, idle: 0, utilization: 0 }) => {
    const [active, idle] = [loop.active - since.active, loop.idle - since.idle];
    return { active, idle, utilization: active / (active + idle) };
  });
  onTestFinished(() => look.mockRestore());
  return (busySeconds: number, idleSeconds: number): void => {
    loop.active += busySeconds * 1_000;
    loop.idle += idleSeconds * 1_000;
  };
}

/** Its status, and its utilisation if it tells one. */
async function busyness(check: CheckFunction): Promise<[string, unknown]> {
  const { status, details } = await runCheck(check);
  return [status, details?.utilization];
}

test('a loop that was blocked since the previous run is told with its delay, and forgotten with the next', async () => {
  const check = startCheck({ degradedAbove: '50ms', unhealthyAbove: '1m', degradedUtilization: 1 });
  await block(120);
  const result = await runCheck(check);
  expect(result.status).toBe('degraded');
  expect(result.reason).toMatch(/^The event loop is \d+(\.\d)? ms late \(99th percentile\)$/);
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

test('a process that has only just begun, or is asked again at once, is not busy for that', async () => {
  const check = startCheck({ degradedAbove: '1m', unhealthyAbove: '1m' });
  await block(50);
  for (let i = 0; i < 5; i++) expect(await runCheck(check)).toMatchObject({ status: 'healthy' });
});

test('a loop that was busy all the time since the previous run is told by its utilisation', async () => {
  const pass = createLoop();
  const check = startCheck({ unhealthyUtilization: 0.99 });
  pass(1, 29);
  expect(await busyness(check)).toEqual(['healthy', 0.033]);
  pass(29, 1);
  expect(await busyness(check)).toEqual(['degraded', 0.967]);
  pass(30, 0);
  const { status, reason } = await runCheck(check);
  expect(status).toBe('unhealthy');
  expect(reason).toMatch(
    /^The event loop is [\d.]+ ms late \(99th percentile\) and busy for 100 % of the time$/,
  );
});

test('what a start takes is not told as a loop that is busy', async () => {
  const pass = createLoop();
  const check = startCheck({});
  pass(2.5, 0);
  expect(await busyness(check)).toEqual(['healthy', undefined]);
  pass(0, 4.5);
  expect(await busyness(check)).toEqual(['healthy', 0.357]);
});

test('runs that follow each other sooner look at the last 5 s, however many they are', async () => {
  const pass = createLoop();
  const check = startCheck({});
  const told: [string, unknown][] = [];
  for (const busySeconds of [1, 1, 1, 1, 1, 1, 0, 0]) {
    pass(busySeconds, 1 - busySeconds);
    told.push(await busyness(check));
    // Others ask too.
    expect(await busyness(check)).toEqual(told.at(-1));
  }
  expect(told).toEqual([
    ...[1, 2, 3, 4].map(() => ['healthy', undefined]),
    ['degraded', 1],
    ['degraded', 1],
    ['healthy', 0.8],
    ['healthy', 0.6],
  ]);
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
