import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { DeadLetter } from '../../src/channels.ts';
import { type Child, useChildren } from './child.ts';
import { type Receiver, useReceivers } from './receiver.ts';
import { useScratch } from './scratch.ts';

/** How often the process is killed; each time at another moment of its work. */
const KILLS = 24;

const scratch = useScratch();
const startChild = useChildren();
const startReceiver = useReceivers();

/** Works until it is killed: after a while, or while the receiver has taken something and not said so yet. */
async function workAndKill(child: Child, receiver: Receiver, round: number): Promise<number> {
  await child.until((lines) => lines.length > 3 + round);
  if (round % 3 === 0) {
    await new Promise<void>((resolve) => {
      receiver.onRequest = async () => {
        resolve();
        await child.end;
        return 200;
      };
    });
  } else {
    await sleep(round * 3);
  }
  await child.kill();
  const emitted = child.lines.filter((line) => line.startsWith('emitted '));
  return Number(emitted.at(-1)?.slice('emitted '.length));
}

function uncertainIn(directory: string): number[] {
  const path = join(directory, '0', 'dead-letters.ndjson');
  if (!existsSync(path)) return [];
  const letters = readFileSync(path, 'utf8').trimEnd().split('\n');
  return letters.map((line) => {
    const { reason, notification } = JSON.parse(line) as DeadLetter;
    expect(reason).toBe('uncertain');
    return notification.payload.n as number;
  });
}

describe('a process that is killed again and again', () => {
  it('loses nothing that it had emitted, repeats nothing more than once, and keeps the order of each key', async () => {
    const directory = join(scratch(), 'outbox');
    const receiver = await startReceiver();
    const emitted: [from: number, to: number][] = [];
    for (let round = 0; round < KILLS; round++) {
      receiver.onRequest = async (count) => {
        await sleep(count % 4);
        return count % 11 === 0 ? 503 : 200;
      };
      const from = round * 100_000;
      const env = { TASK: 'work', DIRECTORY: directory, URL: receiver.url, FROM: String(from) };
      emitted.push([from, await workAndKill(await startChild({ env }), receiver, round)]);
    }
    receiver.onRequest = () => 200;
    const last = await startChild({ env: { DIRECTORY: directory, URL: receiver.url } });
    await last.ask('open', true);
    expect(await last.ask('flush')).toBe(true);
    await last.ask('close');
    expect(
      readdirSync(directory, { recursive: true }).filter((name) => String(name).includes('test')),
    ).toEqual([]);

    const times = new Map<number, number>();
    const first: { number: number; key: string }[] = [];
    for (const each of receiver.taken) {
      const before = times.get(each.number) ?? 0;
      if (before === 0) first.push(each);
      times.set(each.number, before + 1);
    }
    expect(Math.max(...times.values())).toBeLessThanOrEqual(2);
    const uncertain = new Set(uncertainIn(directory));
    const missing: number[] = [];
    for (const [from, to] of emitted) {
      expect(to).toBeGreaterThan(from);
      for (let n = from + 1; n <= to; n++) if (!times.has(n) && !uncertain.has(n)) missing.push(n);
    }
    expect(missing).toEqual([]);
    for (const key of new Set(first.map((each) => each.key))) {
      const numbers = first.filter((each) => each.key === key).map(({ number }) => number);
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    }
    // It was killed while something was under way, and so the rest means something.
    expect([...times.values()].filter((count) => count === 2).length).toBeGreaterThan(0);
  }, 120_000);

  it('gives up what was under way at two ends as uncertain, and delivers what comes after', async () => {
    const directory = join(scratch(), 'outbox');
    const receiver = await startReceiver();
    for (let round = 0; round < 2; round++) {
      const child = await startChild({ env: { DIRECTORY: directory, URL: receiver.url } });
      const killed = new Promise<void>((resolve) => {
        receiver.onRequest = async () => {
          resolve();
          await child.end;
          return 200;
        };
      });
      await child.ask('open', true);
      if (round === 0) await child.ask('emit', 3);
      await killed;
      await child.kill();
      await expect.poll(() => receiver.taken.length).toBe(3 * (round + 1));
    }
    receiver.onRequest = () => 200;
    const child = await startChild({ env: { DIRECTORY: directory, URL: receiver.url, FROM: '10' } });
    await child.ask('open', true);
    await child.ask('emit', 1);
    expect(await child.ask('flush')).toBe(true);
    expect(await child.ask('status')).toMatchObject({ dead: 3, delivered: 1, waiting: 0 });
    expect(uncertainIn(directory)).toEqual([1, 2, 3]);
    expect(receiver.taken.map(({ number }) => number)).toEqual([1, 2, 3, 1, 2, 3, 11]);
  });

  it('has on disk what is emitted right before it exits', async () => {
    const directory = join(scratch(), 'outbox');
    const child = await startChild({ env: { DIRECTORY: directory } });
    await child.ask('open', false);
    void child.ask('emitAndExit', 50).catch(() => {});
    expect(await child.end).toBe(0);
    const next = await startChild({ env: { DIRECTORY: directory } });
    await next.ask('open', true);
    expect(await next.ask('flush')).toBe(true);
    expect(await next.ask('delivered')).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
  });
});
