import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { expectNoSecret, onBench, soon } from './bench.ts';
import type { CaseLeftOut, ConformanceCase, ConformanceHarness, Receiver } from './harness.ts';
import { watchHeld } from './held.ts';
import { notificationOf } from './notifications.ts';

/** For what is let go to be gone. */
const RELEASE_MILLIS = 3_000;
const RELEASE_POLL_MILLIS = 20;

/** What a channel is, holds and lets go. */
export function lifeCases<R extends Receiver>(harness: ConformanceHarness<R>): ConformanceCase[] {
  const secretCases: ConformanceCase[] = [
    {
      name: 'shows no secret of its own',
      run: () =>
        onBench(harness, async ({ channel }) => {
          expectNoSecret(harness.secrets, 'String(channel)', String(channel));
          const shown = inspect(channel, { depth: 20, showHidden: true, getters: true });
          expectNoSecret(harness.secrets, 'inspect(channel)', shown);
          expectNoSecret(harness.secrets, 'JSON.stringify(channel)', JSON.stringify(channel));
        }),
    },
  ];
  return [
    {
      name: 'has a name, and a bound of its batches',
      run: () =>
        onBench(harness, async ({ channel: { name, maxBatch = 1 } }) => {
          assert.ok(typeof name === 'string' && name !== '', 'name');
          assert.ok(Number.isInteger(maxBatch) && maxBatch >= 1, 'maxBatch');
        }),
    },
    ...(harness.secrets.length > 0 ? secretCases : []),
    {
      name: 'can be closed before any delivery, and twice',
      run: () =>
        onBench(harness, async ({ channel }) => {
          await soon('close', Promise.resolve(channel.close?.()));
          await soon('close, again,', Promise.resolve(channel.close?.()));
        }),
    },
    {
      name: 'can be closed after a delivery, and twice; what was delivered stays',
      run: () =>
        onBench(harness, async ({ channel, deliver, expectReceived }) => {
          const notification = notificationOf();
          await deliver(notification);
          await soon('close', Promise.resolve(channel.close?.()));
          await soon('close, again,', Promise.resolve(channel.close?.()));
          await expectReceived(notification);
        }),
    },
    { name: 'keeps no process alive', run: () => expectReleased(harness) },
  ];
}

/** Cases of secrets, for channels that have none. */
export function lifeLeftOut<R extends Receiver>({ secrets }: ConformanceHarness<R>): CaseLeftOut[] {
  return secrets.length > 0 ? [] : [{ name: 'shows no secret of its own', reason: 'it has none' }];
}

async function expectReleased<R extends Receiver>(harness: ConformanceHarness<R>): Promise<void> {
  const receiver = await harness.open();
  const held = watchHeld();
  try {
    await held.run(async () => {
      const channel = harness.channel(receiver);
      await channel.deliver([notificationOf()], { signal: new AbortController().signal, attempt: 1 });
      await channel.close?.();
    });
    // Some handles take a few turns of the event loop to close.
    const deadline = performance.now() + RELEASE_MILLIS;
    while (held.left().length > 0 && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, RELEASE_POLL_MILLIS));
    }
    assert.deepEqual(held.left(), [], 'what keeps the event loop alive after close()');
  } finally {
    held.stop();
    await receiver.close();
  }
}
