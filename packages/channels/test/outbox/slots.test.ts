import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EventBus } from '@org/instrument-core';
import { describe, expect, it } from 'vitest';
import { createChannelsIn } from '../../src/create-channels.ts';
import { FakeClock } from '../delivery/fake-clock.ts';
import { type Child, useChildren } from './child.ts';
import { useScratch } from './scratch.ts';

const scratch = useScratch();
const startChild = useChildren();

function numbers(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

/** A process with a slot of its own, in which so many events wait. */
async function startHolder(directory: string, from: number, count: number): Promise<Child> {
  const child = await startChild({ env: { DIRECTORY: directory, FROM: String(from) } });
  await child.ask('open', false);
  await child.ask('emit', count);
  return child;
}

describe('processes that share a directory', () => {
  it('each have a slot, deliver what is theirs, and leave what is not', async () => {
    const directory = join(scratch(), 'outbox');
    const a = await startHolder(directory, 0, 5);
    const b = await startHolder(directory, 100, 5);
    expect(readdirSync(directory).sort()).toEqual(['0', '1', 'conditions']);
    await a.ask('takes', true);
    expect(await a.ask('flush')).toBe(true);
    expect(await a.ask('delivered')).toEqual(numbers(1, 5));
    expect(await b.ask('status')).toMatchObject({ waiting: 5, delivered: 0 });
    await b.ask('takes', true);
    expect(await b.ask('flush')).toBe(true);
    expect(await b.ask('delivered')).toEqual(numbers(101, 105));
  });

  it('take over what dead ones have left, and nothing of those that live', async () => {
    const directory = join(scratch(), 'outbox');
    const holders = [
      await startHolder(directory, 0, 5),
      await startHolder(directory, 100, 5),
      await startHolder(directory, 200, 5),
    ] as const;
    await holders[0].kill();
    await holders[1].kill();
    const heir = await startChild({ env: { DIRECTORY: directory, FROM: '300' } });
    await heir.ask('open', true);
    await expect.poll(() => heir.ask('delivered')).toEqual([...numbers(1, 5), ...numbers(101, 105)]);
    expect(await holders[2].ask('status')).toMatchObject({ waiting: 5 });
    // What it has taken over and could not deliver, the next one takes over.
    await heir.ask('takes', false);
    await heir.ask('emit', 1);
    await holders[2].kill();
    await heir.kill();
    const last = await startChild({ env: { DIRECTORY: directory } });
    await last.ask('open', true);
    await expect.poll(() => last.ask('delivered')).toEqual([301, ...numbers(201, 205)]);
    await last.ask('close');
    const left = readdirSync(directory, { recursive: true });
    expect(left.filter((name) => String(name).endsWith('.ndjson'))).toEqual([]);
  });

  it('look again and again for what was left', async () => {
    const directory = join(scratch(), 'outbox');
    const clock = new FakeClock();
    const got: unknown[] = [];
    const channel = {
      name: 'test',
      maxBatch: 100,
      deliver: async (batch: readonly { payload: { n?: unknown } }[]) => {
        got.push(...batch.map(({ payload }) => payload.n));
      },
    };
    const channels = createChannelsIn(
      { clock, random: Math.random },
      { to: [channel], directory, events: new EventBus() },
    );
    await clock.advance(0);
    const child = await startHolder(directory, 0, 3);
    await clock.advance(60_000);
    expect(got).toEqual([]);
    await child.kill();
    await clock.advance(30_000);
    expect(got).toEqual([1, 2, 3]);
    await clock.advance(1_000);
    // The disk has a time of its own: the journal of the dead one is removed once this one's is synced.
    await expect.poll(() => readdirSync(join(directory, '1', 'test'))).toHaveLength(1);
    await clock.advance(29_000);
    expect(readdirSync(join(directory, '1'))).toEqual([]);
    const closed = channels.close();
    await clock.advance(5_000);
    await closed;
  });

  it('leave what is for channels that they do not have', async () => {
    const directory = join(scratch(), 'outbox');
    const holder = await startHolder(directory, 0, 3);
    await holder.kill();
    const channels = createChannelsIn(
      { clock: new FakeClock(), random: Math.random },
      { to: [{ name: 'other', deliver: async () => {} }], directory, events: new EventBus() },
    );
    await channels.close(0);
    const heir = await startChild({ env: { DIRECTORY: directory } });
    await heir.ask('open', true);
    expect(await heir.ask('flush')).toBe(true);
    expect(await heir.ask('delivered')).toEqual([1, 2, 3]);
  });

  it('begin whatever else lies in the directory', async () => {
    const directory = scratch();
    for (const name of ['README', '0.txt', '-1']) writeFileSync(join(directory, name), 'not ours');
    const child = await startHolder(directory, 0, 2);
    await child.ask('takes', true);
    expect(await child.ask('flush')).toBe(true);
  });
});
