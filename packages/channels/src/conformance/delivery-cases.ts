import assert from 'node:assert/strict';
import { type Phase, SEVERITIES } from '../notification.ts';
import { onBench } from './bench.ts';
import type { CaseLeftOut, ConformanceCase, ConformanceHarness, Receiver } from './harness.ts';
import { HOSTILE, HUGE, hugePayload, notificationOf, saying, saysNothing } from './notifications.ts';

const PHASES: readonly Phase[] = ['occurred', 'triggered', 'acknowledged', 'resolved'];
/** Notifications of a batch that is tried, where the channel takes as many. */
const BATCH = 7;

/** What a channel does when all is well. */
export function deliveryCases<R extends Receiver>(harness: ConformanceHarness<R>): ConformanceCase[] {
  const onOwn = (run: Parameters<typeof onBench<R>>[1]) => (): Promise<void> => onBench(harness, run);
  return [
    {
      name: 'has delivered a notification, whole, when it says so',
      run: onOwn(async ({ deliver, expectReceived, receiver }) => {
        const notification = notificationOf();
        await deliver(notification);
        await expectReceived(notification);
        const [text] = await receiver.received();
        assert.ok(text?.includes(notification.text.slice(0, 30)), 'the text arrives');
      }),
    },
    {
      name: 'delivers notifications in order, and a batch as large as it takes',
      run: onOwn(async ({ channel: { maxBatch = 1 }, deliver, expectReceived }) => {
        const notifications = Array.from({ length: BATCH }, () =>
          notificationOf({ key: 'conformance/order' }),
        );
        const size = Math.min(maxBatch, BATCH);
        for (let at = 0; at < BATCH; at += size) await deliver(...notifications.slice(at, at + size));
        await expectReceived(...notifications);
      }),
    },
    {
      name: 'delivers every severity in every phase',
      run: onOwn(async ({ deliver, expectReceived }) => {
        const all = SEVERITIES.flatMap((severity) =>
          PHASES.map((phase) => notificationOf({ severity, phase })),
        );
        for (const notification of all) await deliver(notification);
        await expectReceived(...all);
      }),
    },
    {
      name: 'delivers twice at the same time',
      run: onOwn(async ({ deliver, receiver }) => {
        await Promise.all([deliver(notificationOf()), deliver(notificationOf())]);
        assert.equal((await receiver.received()).length, 2);
        assert.deepEqual(await receiver.problems(), []);
      }),
    },
    {
      name: 'delivers a notification with nothing in it',
      run: onOwn(async ({ deliver, receiver }) => {
        await deliver(saysNothing());
        assert.deepEqual(await receiver.problems(), []);
        assert.equal((await receiver.received()).length, 1);
      }),
    },
    {
      name: 'delivers a payload of many keys and great depth',
      run: onOwn(async ({ deliver, expectReceived }) => {
        const notification = notificationOf({ payload: hugePayload() });
        await deliver(notification);
        await expectReceived(notification);
      }),
    },
    ...Object.entries({ ...HOSTILE, ...HUGE }).map(([what, text]) => ({
      name: `delivers ${what}, in every field, as nothing but text`,
      run: onOwn(async ({ deliver, expectReceived }) => {
        const notification = saying(text);
        await deliver(notification);
        await expectReceived(notification);
      }),
    })),
    {
      name: 'delivers a batch of what is hostile and huge',
      run: onOwn(async ({ channel: { maxBatch = 1 }, deliver, expectReceived }) => {
        const all = [...Object.values(HOSTILE), ...Object.values(HUGE)].map(saying).slice(0, maxBatch);
        await deliver(...all);
        await expectReceived(...all);
      }),
    },
  ];
}

/** What of the above does not apply in full. */
export function deliveryLeftOut<R extends Receiver>({ sendsIds }: ConformanceHarness<R>): CaseLeftOut[] {
  return sendsIds === true ? [] : [{ name: 'ids arrive', reason: sendsIds }];
}
