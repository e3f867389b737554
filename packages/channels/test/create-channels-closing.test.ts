import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DeadLetter } from '../src/index.ts';
import { createChannels, DeliveryError } from '../src/index.ts';
import { channelOf, createBus } from './delivery/bus-bed.ts';
import { useScratch } from './outbox/scratch.ts';

const scratch = useScratch();

describe('closing', () => {
  it('delivers what waits, and gives each channel back once, whatever it does', async () => {
    const { events, emit } = createBus();
    const closed: string[] = [];
    const a = channelOf('a', { settings: { batchDelay: '1h' }, close: () => void closed.push('a') });
    const b = channelOf('b', {
      close: () => {
        closed.push('b');
        throw new Error('no');
      },
    });
    const c = channelOf('c', {
      close: () => {
        closed.push('c');
        return new Promise(() => {});
      },
    });
    const channels = createChannels({ to: [a, b, c], events, closeTimeout: 500 });
    emit('job.done');
    await Promise.all([channels.close(), channels.close()]);
    await channels.close();
    expect(a.got).toHaveLength(1);
    expect(closed).toEqual(['a', 'b', 'c']);
  });

  it('gives up what is in memory only, and says so', async () => {
    const { events, emit } = createBus();
    const dead: DeadLetter[] = [];
    events.on('channel.notification.dead', (letter) => void dead.push(letter));
    const a = channelOf('a', { deliver: () => Promise.reject(new Error('down')) });
    const channels = createChannels({ to: [a], events });
    emit('job.done');
    await channels.close(100);
    expect(dead.map(({ reason, error, attempts }) => [reason, error, attempts])).toEqual([
      ['closed', 'down', 1],
    ]);
  });

  it('leaves on disk what could not be delivered, for the next', async () => {
    const { events, emit } = createBus();
    const directory = join(scratch(), 'outbox');
    const dead: unknown[] = [];
    events.on('channel.notification.dead', (letter) => void dead.push(letter));
    const bad = channelOf('Ops & Co.', { deliver: () => Promise.reject(new Error('down')) });
    const first = createChannels({ to: [bad], events, directory });
    emit('job.done', { n: 1 });
    emit('job.done', { n: 2 });
    await first.close(100);
    expect(dead).toEqual([]);
    const good = channelOf('Ops & Co.');
    const second = createChannels({ to: [good], events, directory });
    await second.ready;
    expect(await second.flush()).toBe(true);
    expect(good.got.map(({ payload }) => payload.n)).toEqual([1, 2]);
    await second.close();
    expect(readdirSync(join(directory, '0'))).toEqual([]);
  });

  it('ends in time when a delivery hangs, and tries it again the next time', async () => {
    const { events, emit } = createBus();
    const directory = join(scratch(), 'outbox');
    const bad = channelOf('a', { settings: { timeout: '1h' }, deliver: () => new Promise(() => {}) });
    const first = createChannels({ to: [bad], events, directory });
    emit('job.done');
    await expect.poll(() => first.status()[0]?.waiting).toBe(1);
    const start = performance.now();
    await first.close(200);
    // Long before the attempt would have ended by itself.
    expect(performance.now() - start).toBeLessThan(20_000);
    const good = channelOf('a');
    const second = createChannels({ to: [good], events, directory });
    expect(await second.flush()).toBe(true);
    expect(good.got).toHaveLength(1);
    await second.close();
  });
});

describe('dead letters', () => {
  it('are kept in a file, with what was to be delivered', async () => {
    const { events, emit } = createBus();
    const directory = join(scratch(), 'outbox');
    const refuse = () => Promise.reject(new DeliveryError('no', { permanent: true }));
    const channels = createChannels({ to: [channelOf('a', { deliver: refuse })], events, directory });
    emit('job.failed', { n: 1 });
    await channels.close();
    const text = readFileSync(join(directory, '0', 'dead-letters.ndjson'), 'utf8');
    expect(JSON.parse(text)).toMatchObject({
      channel: 'a',
      reason: 'rejected',
      attempts: 1,
      error: 'no',
      notification: { event: 'job.failed', payload: { n: 1 } },
    });
  });
});
