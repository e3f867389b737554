import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createChannelsIn } from '../../src/create-channels.ts';
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
  const start = async (who: string) => {
    const { events, emit } = createBus();
    const people = channelOf('people', {
      settings: { minSeverity: 'warning' },
      deliver: async (batch) => {
        for (const { severity, phase, title } of batch) heard.push(`${who}: ${severity} ${phase}, ${title}`);
      },
    });
    const channels = createChannelsIn({ clock, random: Math.random }, { to: [people], events, directory });
    const end = async (): Promise<void> => {
      const closed = channels.close();
      await clock.advance(0);
      await closed;
    };
    onTestFinished(end);
    const say = async (to: string, from = 'unknown'): Promise<void> => {
      const timestampMillis = clock.unixMillis();
      emit('health.status.changed', { check: 'database', from, to, timestampMillis });
      await clock.advance(0);
    };
    await clock.advance(0);
    return { emit, say, end };
  };
  const hasConditions = (slot: number): boolean =>
    existsSync(join(directory, String(slot), 'conditions.ndjson'));
  return { clock, start, heard, hasConditions };
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
    const { start, heard, hasConditions } = createService();
    const [ill, gone] = [await start('ill'), await start('gone')];
    await ill.say('unhealthy');
    await gone.say('unhealthy');
    await gone.end();
    const well = await start('well');
    await well.say('healthy');
    expect(heard.filter((line) => line.includes('resolved'))).toEqual([]);
    expect([hasConditions(0), hasConditions(1)]).toEqual([true, false]);
    await ill.say('healthy', 'unhealthy');
    expect(heard.filter((line) => line.includes('resolved'))).toEqual([
      'ill: error resolved, database is healthy again',
    ]);
  });
});
