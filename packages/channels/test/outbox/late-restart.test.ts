import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createChannels } from '../../src/create-channels.ts';
import { channelOf, createBus } from '../delivery/bus-bed.ts';
import { useScratch } from './scratch.ts';

const scratch = useScratch();
const settings = { deadline: '50ms', retry: { initialDelay: '10s' } } as const;
const down = (): Promise<never> => Promise.reject(new Error('down'));

/** A process leaves a notification behind, and the next one starts after its deadline. */
async function leave(): Promise<string> {
  const directory = join(scratch(), 'outbox');
  const { events, emit } = createBus();
  const people = channelOf('people', { deliver: down, settings: { ...settings, deadline: '1h' } });
  const channels = createChannels({ to: [people], events, directory });
  emit('job.failed', { severity: 'error' });
  await channels.close('100ms');
  expect(channels.status()).toMatchObject([{ dead: 0 }]);
  const left = Date.now();
  // The deadline counts by the time of day from one process to the next.
  while (Date.now() - left <= 60) await new Promise((resolve) => setTimeout(resolve, 10));
  return directory;
}

describe('what has waited longer than its deadline while no process was there', () => {
  it('is delivered by the next one', async () => {
    const directory = await leave();
    const people = channelOf('people', { settings });
    const channels = createChannels({ to: [people], events: createBus().events, directory });
    expect(await channels.flush('5s')).toBe(true);
    expect(people.got.map(({ event }) => event)).toEqual(['job.failed']);
    expect(channels.status()).toMatchObject([{ delivered: 1, dead: 0 }]);
    await channels.close();
  });

  it('is given up when its one more attempt fails', async () => {
    const directory = await leave();
    const { events } = createBus();
    const dead: unknown[] = [];
    events.on('channel.notification.dead', ({ reason, attempts }) => void dead.push([reason, attempts]));
    let attempts = 0;
    const people = channelOf('people', {
      settings,
      deliver: () => {
        attempts++;
        return down();
      },
    });
    const channels = createChannels({ to: [people], events, directory });
    expect(await channels.flush('5s')).toBe(true);
    expect(attempts).toBe(1);
    expect(dead).toEqual([['deadline', 2]]);
    await channels.close();
  });
});
