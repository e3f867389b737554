import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createChannelsIn } from '../../src/create-channels.ts';
import type { NotificationSource } from '../../src/index.ts';
import { channelOf, createBus } from '../delivery/bus-bed.ts';
import { FakeClock, START_MILLIS } from '../delivery/fake-clock.ts';
import { useScratch } from './scratch.ts';

const scratch = useScratch();
/** How long it is at most until a process looks for what others have left. */
const LOOK_MILLIS = 30_000;

/** Instances of a service that share a directory, and a channel for people that tells what they hear. */
function createService() {
  const directory = join(scratch(), 'outbox');
  const clock = new FakeClock();
  const heard: string[] = [];
  const start = async (who: string, source: NotificationSource = { service: 'shop' }) => {
    const { events, emit } = createBus();
    const people = channelOf('people', {
      settings: { minSeverity: 'warning' },
      deliver: async (batch) => {
        for (const { severity, phase, title } of batch) heard.push(`${who}: ${severity} ${phase}, ${title}`);
      },
    });
    const channels = createChannelsIn(
      { clock, random: Math.random },
      { to: [people], events, directory, source },
    );
    const end = async (): Promise<void> => {
      const closed = channels.close();
      await clock.advance(0);
      await closed;
    };
    onTestFinished(end);
    const sayNow = (to: string, from = 'unknown'): void =>
      emit('health.status.changed', { check: 'database', from, to, timestampMillis: clock.unixMillis() });
    const say = async (to: string, from?: string): Promise<void> => {
      sayNow(to, from);
      await clock.advance(0);
    };
    await clock.advance(0);
    return { emit, say, sayNow, end };
  };
  const fileOf = (slot: number): string => join(directory, String(slot), 'conditions.ndjson');
  const hasConditions = (slot: number): boolean => existsSync(fileOf(slot));
  /** Files of what those that are gone have left open. */
  const left = (): string[] => readdirSync(join(directory, 'conditions'));
  const ends = (): string[] => heard.filter((line) => line.includes('resolved'));
  return { clock, start, heard, ends, fileOf, hasConditions, left };
}

describe('a condition that a process has left open in another slot', () => {
  it('is over when the next process is well', async () => {
    const { clock, start, heard, hasConditions } = createService();
    const [first, second] = [await start('first'), await start('second')];
    await second.say('unhealthy');
    await second.end();
    await first.end();
    expect(hasConditions(1)).toBe(true);
    await clock.advance(60_000);
    const next = await start('next');
    await next.say('healthy');
    await next.say('healthy');
    expect(heard).toEqual([
      'second: error triggered, database is unhealthy',
      'next: error resolved, database is healthy again, after 1 min',
    ]);
    expect([hasConditions(0), hasConditions(1)]).toEqual([false, false]);
  });

  it('ends with the severity that it had at its worst, whoever ends it', async () => {
    const { start, heard } = createService();
    const [first, second] = [await start('first'), await start('second')];
    second.emit('stock.low', { key: 'stock/4711', phase: 'triggered', severity: 'critical', title: 'low' });
    first.emit('stock.low', { key: 'stock/4711', phase: 'triggered', severity: 'warning', title: 'low' });
    await second.end();
    await first.end();
    const next = await start('next');
    next.emit('stock.low', { key: 'stock/4711', phase: 'resolved', title: 'back in stock' });
    await next.end();
    expect(heard.at(-1)).toBe('next: critical resolved, back in stock');
  });

  it('is over when the process is gone and another one was well before', async () => {
    const { clock, start, heard, hasConditions } = createService();
    const old = await start('old');
    await old.say('unhealthy');
    const successor = await start('successor');
    await successor.say('healthy');
    await clock.advance(120_000 - LOOK_MILLIS);
    // For as long as the one that is ill is there, it goes on.
    expect(heard).toEqual(['old: error triggered, database is unhealthy']);
    await old.end();
    await clock.advance(LOOK_MILLIS);
    expect(heard.slice(1)).toEqual(['successor: error resolved, database is healthy again, after 2 min']);
    expect([hasConditions(0), hasConditions(1)]).toEqual([false, false]);
    await clock.advance(LOOK_MILLIS);
    expect(heard).toHaveLength(2);
  });

  it('goes on when the process that finds it is ill as well', async () => {
    const { clock, start, heard, hasConditions } = createService();
    const old = await start('old');
    await old.say('unhealthy');
    const successor = await start('successor');
    await successor.say('healthy');
    await successor.say('degraded', 'healthy');
    await old.end();
    await clock.advance(LOOK_MILLIS);
    expect([hasConditions(0), hasConditions(1)]).toEqual([false, true]);
    await successor.say('healthy', 'degraded');
    expect(heard.at(-1)).toMatch(/^successor: error resolved, database is healthy again/);
    expect(START_MILLIS).toBeLessThan(clock.unixMillis());
  });

  it('is not over for a process that starts well while one that lives has it open too', async () => {
    const { start, ends, hasConditions, left } = createService();
    const [ill, gone] = [await start('ill'), await start('gone')];
    await ill.say('unhealthy');
    await gone.say('unhealthy');
    await gone.end();
    const well = await start('well');
    await well.say('healthy');
    expect(ends()).toEqual([]);
    expect([hasConditions(0), hasConditions(1)]).toEqual([true, false]);
    await ill.say('healthy', 'unhealthy');
    expect(ends()).toEqual(['ill: error resolved, database is healthy again']);
    expect([hasConditions(0), left().length]).toEqual([false, 0]);
  });

  it('is known to its process when that is back, though another one has looked meanwhile', async () => {
    const { clock, start, heard } = createService();
    await start('other');
    const first = await start('first');
    first.emit('stock.low', { key: 'stock/4711', phase: 'triggered', severity: 'critical', title: 'low' });
    await clock.advance(0);
    await first.end();
    await clock.advance(LOOK_MILLIS);
    const again = await start('again');
    again.emit('stock.low', { key: 'stock/4711', phase: 'resolved', title: 'back in stock' });
    await clock.advance(0);
    expect(heard.at(-1)).toBe('again: critical resolved, back in stock');
  });

  it.each([
    ['is well', 'healthy', { service: 'billing' }],
    ['has no such check', undefined, { service: 'billing' }],
    ['is well elsewhere', 'healthy', { service: 'shop', environment: 'staging' }],
  ])('is not ended by another service, which %s, and over for its own', async (_, said, source) => {
    const { clock, start, ends, left } = createService();
    const other = await start('other', source);
    if (said !== undefined) await other.say(said);
    const first = await start('first');
    await first.say('unhealthy');
    await first.end();
    await clock.advance(60_000);
    expect(ends()).toEqual([]);
    const again = await start('again');
    await again.say('healthy');
    expect(ends()).toEqual(['again: error resolved, database is healthy again, after 1 min']);
    expect(left()).toEqual([]);
  });

  it('is over when two find at the same moment that all is well', async () => {
    const { clock, start, ends, left } = createService();
    const before = [await start('one'), await start('other')];
    for (const each of before) await each.say('unhealthy');
    // One after the other, as in a rolling restart.
    const after = [];
    for (const each of before) {
      await each.end();
      after.push(await start('next'));
    }
    for (const each of after) each.sayNow('healthy');
    await clock.advance(0);
    expect(ends().length).toBeGreaterThan(0);
    expect(left()).toEqual([]);
    const told = ends().length;
    for (const each of after) await each.say('healthy');
    await clock.advance(LOOK_MILLIS);
    expect(ends()).toHaveLength(told);
  });

  it('is kept where one that looks for it cannot write what it has open itself', async () => {
    const { clock, start, ends, fileOf } = createService();
    const finder = await start('finder');
    const first = await start('first');
    await first.say('unhealthy');
    // What no file can take the place of.
    mkdirSync(join(fileOf(0), 'full'), { recursive: true });
    await first.end();
    await clock.advance(LOOK_MILLIS);
    await finder.end();
    rmSync(fileOf(0), { recursive: true });
    const next = await start('next');
    await next.say('healthy');
    expect(ends()).toHaveLength(1);
  });

  it('is known though the disk took it only after it had begun', async () => {
    const { clock, start, ends, fileOf } = createService();
    const first = await start('first');
    mkdirSync(join(fileOf(0), 'full'), { recursive: true });
    await first.say('unhealthy');
    rmSync(fileOf(0), { recursive: true });
    await clock.advance(LOOK_MILLIS);
    expect(existsSync(fileOf(0))).toBe(true);
    await first.end();
    const next = await start('next');
    await next.say('healthy');
    expect(ends()).toHaveLength(1);
  });
});

describe('a condition that another process has told of, and that lives', () => {
  it('has its end told by whoever says so, to everybody whom its worst had reached', async () => {
    const { clock, start, heard } = createService();
    const [first, second] = [await start('first'), await start('second')];
    first.emit('stock.low', { key: 'stock/4711', phase: 'triggered', severity: 'critical', title: 'low' });
    await clock.advance(0);
    second.emit('stock.low', { key: 'stock/4711', phase: 'acknowledged', title: 'ordered' });
    second.emit('stock.low', { key: 'stock/4711', phase: 'resolved', title: 'back in stock' });
    await clock.advance(0);
    expect(heard.slice(1)).toEqual([
      'second: critical acknowledged, ordered',
      'second: critical resolved, back in stock',
    ]);
  });

  it('is not over where a process connects for the first time', async () => {
    const { clock, start, heard } = createService();
    const change = { pipeline: 'orders', connection: 'redis' };
    const [first, second] = [await start('first'), await start('second')];
    first.emit('pipeline.connection.changed', { ...change, from: 'connected', to: 'disconnected' });
    await clock.advance(0);
    second.emit('pipeline.connection.changed', { ...change, from: 'connecting', to: 'connected' });
    await clock.advance(0);
    expect(heard).toEqual(['first: error triggered, orders: connection redis is disconnected']);
  });
});
