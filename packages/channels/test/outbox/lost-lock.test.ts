import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createChannels, createChannelsIn } from '../../src/create-channels.ts';
import { replay } from '../../src/outbox/replay.ts';
import { channelOf, createBus } from '../delivery/bus-bed.ts';
import { FakeClock } from '../delivery/fake-clock.ts';
import { useScratch } from './scratch.ts';

const scratch = useScratch();
/** Two beats of a lock. */
const BEATS_MILLIS = 20_000;

// Only the beat of the lock: everything else has its own time.
beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
afterEach(() => void vi.useRealTimers());

/** Another process takes the slot over, as of a process that was held up for a minute. */
function takeOver(slot: string): void {
  const lock = join(slot, 'lock');
  const owner = JSON.parse(readFileSync(lock, 'utf8'));
  writeFileSync(
    lock,
    JSON.stringify({
      ...owner,
      pid: process.ppid,
      started: undefined,
      socketIn: undefined,
      token: 'another',
    }),
  );
}

it('what is in a slot that was taken over is the other process’s, and what comes goes to a new one', async () => {
  const directory = join(scratch(), 'outbox');
  const { events, emit } = createBus();
  let isTaking = false;
  const channel = channelOf('a', {
    settings: { retry: { initialDelay: 5, maxDelay: 5 }, circuitBreaker: false },
    deliver: async (batch) => {
      if (!isTaking) throw new Error('not now');
      channel.got.push(...batch);
    },
  });
  const channels = createChannels({ to: [channel], events, directory });
  emit('job.done', { n: 1 });
  await expect.poll(() => channels.status()[0]?.failures).toBeGreaterThan(0);
  takeOver(join(directory, '0'));
  vi.advanceTimersByTime(BEATS_MILLIS);
  expect(channels.status()[0]?.waiting).toBe(0);
  emit('job.done', { n: 2 });
  await undefined;
  const waiting = (slot: string): unknown[] =>
    replay(join(directory, slot, 'a')).entries.map((entry) => entry.notification().payload.n);
  expect([waiting('0'), waiting('1')]).toEqual([[1], [2]]);
  isTaking = true;
  expect(await channels.flush()).toBe(true);
  expect(channel.got.map(({ payload }) => payload.n)).toEqual([2]);
  await channels.close();
  expect(waiting('0')).toEqual([1]);
});

it('what the disk had not taken when a slot was taken over is not lost with it', async () => {
  const directory = join(scratch(), 'outbox');
  const { events, emit } = createBus();
  let isTaking = false;
  const channel = channelOf('a', {
    settings: { retry: { initialDelay: 5, maxDelay: 5 }, circuitBreaker: false },
    deliver: async (batch) => {
      if (!isTaking) throw new Error('not now');
      channel.got.push(...batch);
    },
  });
  const channels = createChannels({ to: [channel], events, directory });
  // Where the journal wants its directory, there is a file: it goes on in memory.
  writeFileSync(join(directory, '0', 'a'), '');
  emit('job.done', { n: 1 });
  await expect.poll(() => channels.status()[0]?.failures).toBeGreaterThan(0);
  takeOver(join(directory, '0'));
  vi.advanceTimersByTime(BEATS_MILLIS);
  expect(channels.status()[0]?.waiting).toBe(1);
  await undefined;
  expect(replay(join(directory, '1', 'a')).entries).toHaveLength(1);
  isTaking = true;
  expect(await channels.flush()).toBe(true);
  expect(channel.got.map(({ payload }) => payload.n)).toEqual([1]);
  await channels.close();
});

it('a directory that vanishes is made again, with all that waits', async () => {
  const directory = join(scratch(), 'outbox');
  const { events, emit } = createBus();
  const channel = channelOf('a', { deliver: () => Promise.reject(new Error('not now')) });
  const channels = createChannels({ to: [channel], events, directory });
  emit('job.done', { n: 1 });
  await undefined;
  rmSync(directory, { recursive: true });
  mkdirSync(directory);
  emit('job.done', { n: 2 });
  const waiting = (): unknown[] =>
    replay(join(directory, '0', 'a')).entries.map((entry) => entry.notification().payload.n);
  await expect.poll(waiting, { timeout: 15_000 }).toEqual([1, 2]);
  await channels.close(0);
});

it('a slot that cannot be had right after one was taken over is tried again within a second, however long all was well', async () => {
  const directory = join(scratch(), 'outbox');
  const clock = new FakeClock();
  const environment = { clock, random: Math.random };
  const channels = createChannelsIn(environment, {
    to: [channelOf('a')],
    events: createBus().events,
    directory,
  });
  await clock.advance(600_000);
  const next = join(directory, '1');
  // Where the next slot is to be, there is a file.
  writeFileSync(next, '');
  takeOver(join(directory, '0'));
  vi.advanceTimersByTime(BEATS_MILLIS);
  rmSync(next);
  await clock.advance(1_000);
  expect(existsSync(join(next, 'lock'))).toBe(true);
  await channels.close(0);
});
