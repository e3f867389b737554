import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import type { Channel } from '../../src/channel.ts';
import type { Behaviour, ConformanceHarness, Receiver } from '../../src/conformance/harness.ts';
import { type HttpReceiver, openHttpReceiver } from '../../src/conformance/http-receiver.ts';
import { casesLeftOut, channelConformance } from '../../src/conformance/suite.ts';
import { DeliveryError } from '../../src/delivery-error.ts';
import type { Notification } from '../../src/notification.ts';
import { webhook } from '../../src/webhook/webhook.ts';
import { ALL_BEHAVIOURS } from './run-suite.ts';

const SECRET = 's3cretPathOfTheHook';

function harnessOf(change: (good: Channel, url: string) => Channel): ConformanceHarness<HttpReceiver> {
  return {
    open: () =>
      openHttpReceiver({
        path: `/${SECRET}`,
        read({ body }) {
          const { notifications } = JSON.parse(body.toString()) as { notifications: Notification[] };
          return { notifications: notifications.map(({ id, title, text }) => `${id} ${title} ${text}`) };
        },
      }),
    channel: ({ url }) => change(webhook({ url }), url),
    behaviours: ALL_BEHAVIOURS,
    sendsIds: true,
    secrets: [SECRET],
  };
}

/** Names of the cases that a channel fails. */
async function failuresOf(harness: ConformanceHarness<HttpReceiver>, only: RegExp): Promise<string[]> {
  const failed: string[] = [];
  for (const { name, run } of channelConformance(harness)) {
    if (only.test(name)) await run().catch(() => failed.push(name));
  }
  return failed;
}

// Some cases wait for what never comes: they wait together.
describe.concurrent('the suite finds a channel that', () => {
  const failing = (good: Channel, change: (error: DeliveryError) => unknown): Channel => ({
    ...good,
    async deliver(batch, context) {
      try {
        await good.deliver(batch, context);
      } catch (error) {
        throw change(error as DeliveryError);
      }
    },
  });
  const fetching = (good: Channel, url: string, options: RequestInit): Channel => ({
    ...good,
    async deliver(batch, { signal }) {
      const body = JSON.stringify({ version: 1, notifications: batch });
      const response = await fetch(url, { method: 'POST', body, signal, ...options }).catch(() => undefined);
      if (response?.status !== 200)
        throw new DeliveryError('no', { permanent: (response?.status ?? 500) < 500 });
    },
  });

  test.each<[string, RegExp, (good: Channel, url: string) => Channel]>([
    ['sends nothing', /whole/, (good) => ({ ...good, deliver: async () => {} })],
    [
      'does not wait for the receiver',
      /whole/,
      (good) => ({
        ...good,
        deliver: async (...args) => void Promise.resolve(good.deliver(...args)).catch(() => {}),
      }),
    ],
    [
      'sends only the first of a batch',
      /in order/,
      (good) => ({ ...good, deliver: ([first], context) => good.deliver([first!], context) }),
    ],
    [
      'changes the order',
      /in order/,
      (good) => ({ ...good, deliver: (batch, context) => good.deliver([...batch].reverse(), context) }),
    ],
    [
      'sends everything twice',
      /whole/,
      (good) => ({ ...good, deliver: (batch, context) => good.deliver([...batch, ...batch], context) }),
    ],
    [
      'leaves out the text',
      /whole/,
      (good) => ({
        ...good,
        deliver: (batch, context) =>
          good.deliver(
            batch.map((one) => ({ ...one, text: '' })),
            context,
          ),
      }),
    ],
    [
      'changes what it is given',
      /whole/,
      (good) => ({
        ...good,
        deliver: async ([first], context) => good.deliver([Object.assign(first!, { seen: true })], context),
      }),
    ],
    [
      'chokes on half a pair',
      /surrogates/,
      (good) => ({
        ...good,
        deliver: async (batch, context) =>
          /\p{Surrogate}/u.test(batch[0]!.title)
            ? Promise.reject(new Error('x'))
            : good.deliver(batch, context),
      }),
    ],
    [
      'takes a failure for a success',
      /fails/,
      (good) => ({ ...good, deliver: (...args) => Promise.resolve(good.deliver(...args)).catch(() => {}) }),
    ],
    ['throws errors of other kinds', /fails/, (good) => failing(good, ({ message }) => new Error(message))],
    [
      'never tries again',
      /refuses/,
      (good) => failing(good, ({ message }) => new DeliveryError(message, { permanent: true })),
    ],
    ['tries for ever', /rejects/, (good) => failing(good, ({ message }) => new DeliveryError(message))],
    [
      'knows no pause',
      /throttles/,
      (good) => failing(good, ({ message, permanent }) => new DeliveryError(message, { permanent })),
    ],
    ['follows redirects', /redirect/, (good, url) => fetching(good, url, {})],
    [
      'does not heed its signal',
      /hangs/,
      (good) => ({
        ...good,
        deliver: (batch, { attempt }) =>
          good.deliver(batch, { attempt, signal: new AbortController().signal }),
      }),
    ],
    [
      'tells secrets in messages',
      /fails/,
      (good) => failing(good, () => new DeliveryError(`POST /${SECRET} failed`)),
    ],
    [
      'tells secrets in causes',
      /fails/,
      (good) => failing(good, () => new DeliveryError('failed', { cause: new Error(SECRET) })),
    ],
    ['shows secrets', /own/, (good) => Object.assign({ ...good }, { url: `/${SECRET}` })],
    [
      'cannot be closed twice',
      /twice/,
      (good) => {
        let closed = 0;
        return {
          ...good,
          close: () => (++closed > 1 ? Promise.reject(new Error('closed')) : Promise.resolve()),
        };
      },
    ],
    [
      'keeps a timer',
      /alive/,
      (good) => {
        const timer = setInterval(() => {}, 1_000);
        setTimeout(() => clearInterval(timer), 12_000).unref();
        return { ...good };
      },
    ],
    [
      'keeps a server',
      /alive/,
      (good) => {
        const server = createServer().listen(0, '127.0.0.1');
        setTimeout(() => server.close(), 12_000).unref();
        return { ...good };
      },
    ],
    ['has no name', /name/, (good) => ({ ...good, name: '' })],
    ['takes no notification at once', /name/, (good) => ({ ...good, maxBatch: 0 })],
  ])('%s', async (_, only, change) => {
    // What is not changed is right: the change is what is found.
    expect(
      await failuresOf(
        harnessOf((good) => good),
        only,
      ),
    ).toEqual([]);
    expect(await failuresOf(harnessOf(change), only)).not.toEqual([]);
  });
});

test('what a receiver cannot do is left out, and told with the reason', () => {
  const harness = harnessOf((good) => good);
  const all = channelConformance(harness);
  expect(casesLeftOut(harness)).toEqual([]);
  const names = Object.keys(ALL_BEHAVIOURS) as Behaviour[];
  const behaviours = Object.fromEntries(names.map((name) => [name, `a console does not ${name}`])) as Record<
    Behaviour,
    string
  >;
  const console: ConformanceHarness<HttpReceiver> = {
    ...harness,
    behaviours,
    sendsIds: 'lines are short',
    secrets: [],
  };
  const left = casesLeftOut(console);
  expect(left.map(({ reason }) => reason)).toEqual([
    'lines are short',
    ...names.filter((name) => name !== 'hang').map((name) => `a console does not ${name}`),
    'a console does not hang',
    'it has none',
  ]);
  const kept = channelConformance(console).map(({ name }) => name);
  const missing = all.map(({ name }) => name).filter((name) => !kept.includes(name));
  // Ids are a part of other cases.
  expect(missing.sort()).toEqual(
    left
      .map(({ name }) => name)
      .filter((name) => name !== 'ids arrive')
      .sort(),
  );
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
});

test('rejections count as failures, when each notification has one', async () => {
  const rejecting = (good: Channel): Channel => ({
    ...good,
    async deliver(batch, context) {
      try {
        return await good.deliver(batch, context);
      } catch (error) {
        return batch.map(({ id }) => ({ id, error: error as DeliveryError }));
      }
    },
  });
  expect(await failuresOf(harnessOf(rejecting), /rejects|fails/)).toEqual([]);
});

test('a receiver is closed whatever becomes of a case', async () => {
  let [opened, closed] = [0, 0];
  const harness: ConformanceHarness<Receiver> = {
    ...harnessOf((good) => good),
    open: () => {
      opened++;
      return { behave() {}, received: () => [], problems: () => [], close: () => void closed++ };
    },
    channel: () => ({ name: 'bad', deliver: () => Promise.reject(new Error('no')) }),
  };
  for (const { run } of channelConformance(harness)) await run().catch(() => {});
  expect(opened).toBeGreaterThan(20);
  expect(closed).toBe(opened);
});
