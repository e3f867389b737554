import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { openHttpReceiver } from '../../src/conformance/http-receiver.ts';
import { notificationOf } from '../../src/conformance/notifications.ts';
import type { Notification } from '../../src/notification.ts';
import type { PagerDutyOptions } from '../../src/pagerduty/options.ts';
import { pagerDuty } from '../../src/pagerduty/pager-duty.ts';
import { compileSelection } from '../../src/selection/selection.ts';

const ROUTING_KEY = 'e93facc04764012d7bfb002500d5d1a6';
const CONTEXT = { signal: new AbortController().signal, attempt: 1 };

async function sent(notifications: readonly Notification[], options: Partial<PagerDutyOptions> = {}) {
  const receiver = await openHttpReceiver({
    path: '/v2/enqueue',
    read: () => ({ notifications: [] }),
    accept: () => ({ status: 202 }),
  });
  try {
    const channel = pagerDuty({ url: receiver.url, routingKey: ROUTING_KEY, ...options });
    for (const notification of notifications) await channel.deliver([notification], CONTEXT);
    return receiver.requests().map(({ body }) => JSON.parse(body.toString()));
  } finally {
    await receiver.close();
  }
}

test('what begins triggers, what is taken care of acknowledges, and what ends resolves one incident', async () => {
  const key = 'health/database';
  const phases = ['triggered', 'acknowledged', 'resolved'] as const;
  const events = await sent([
    ...phases.map((phase) => notificationOf({ key, phase })),
    notificationOf({ key: 'health/cache' }),
  ]);
  expect(events.map((event) => [event.event_action, event.dedup_key])).toEqual([
    ['trigger', 'checkout/production/health/database'],
    ['acknowledge', 'checkout/production/health/database'],
    ['resolve', 'checkout/production/health/database'],
    ['trigger', 'checkout/production/health/cache'],
  ]);
});

test('an event says all there is to know', async () => {
  const notification = notificationOf({
    payload: { check: 'database', annotations: { dashboard_url: 'https://grafana.example.com/d/1' } },
  });
  const [event] = await sent([notification], {
    traceUrl: 'https://traces.example.com/{{traceId}}',
    client: 'Telemetry of the shop',
    clientUrl: 'https://shop.example.com/status',
    links: () => [{ href: 'https://wiki.example.com', text: 'Wiki' }, { href: 'javascript:alert(1)' }],
    images: () => [{ src: 'https://charts.example.com/1.png', alt: 'Chart' }],
  });
  expect(event).toEqual({
    routing_key: ROUTING_KEY,
    event_action: 'trigger',
    dedup_key: `checkout/production/${notification.key}`,
    payload: {
      summary: notification.title,
      source: 'web-1',
      severity: 'error',
      timestamp: new Date(notification.timestampMillis).toISOString(),
      component: notification.key,
      group: 'checkout/production',
      class: 'conformance.checked',
      custom_details: {
        id: notification.id,
        text: notification.text,
        from: 'checkout · production · web-1',
        trace_id: notification.traceId,
        span_id: notification.spanId,
        payload: notification.payload,
      },
    },
    client: 'Telemetry of the shop',
    client_url: 'https://shop.example.com/status',
    links: [
      { href: 'https://traces.example.com/0af7651916cd43dd8448eb211c80319c', text: 'Trace' },
      { href: 'https://grafana.example.com/d/1', text: 'Dashboard' },
      { href: 'https://wiki.example.com', text: 'Wiki' },
    ],
    images: [{ src: 'https://charts.example.com/1.png', alt: 'Chart' }],
  });
});

test('a payload that is too large for a request is left out, and the event is sent', async () => {
  const [event] = await sent([notificationOf({ payload: { text: 'x'.repeat(600_000) } })]);
  expect(event.payload.custom_details).toMatchObject({
    payload: 'left out: it is too large',
    text: expect.any(String),
  });
});

test('links and pictures that cannot be made leave the event as it is', async () => {
  const throwing = (): never => {
    throw new Error('a mistake');
  };
  const [first] = await sent([notificationOf()], { links: throwing, images: () => 'no list' as never });
  const odd = [null, 5, {}, { href: 5 }, { href: 'https://x.y/', text: 'a\u0000b'.repeat(500) }];
  const [second] = await sent([notificationOf()], { links: () => odd as never });
  expect([first.links, first.images]).toEqual([undefined, undefined]);
  expect(second.links).toEqual([{ href: 'https://x.y/', text: expect.stringMatching(/^(ab)+.?…$/) }]);
});

describe('the key of an incident', () => {
  test('that is too long, or no line of text, is fit and stays its own', async () => {
    const keys = ['k'.repeat(300), `${'k'.repeat(299)}j`, 'a\nb', 'a b', 'a\u0000b', ''];
    const events = await sent(
      keys.flatMap((key) => [notificationOf({ key }), notificationOf({ key, phase: 'resolved' })]),
    );
    const found = events.map((event) => event.dedup_key as string);
    for (const key of found) expect(key.length).toBeLessThanOrEqual(255);
    expect(found.map((key) => found.indexOf(key))).toEqual([0, 0, 2, 2, 4, 4, 6, 6, 8, 8, 10, 10]);
    expect(found[10]).toBe('checkout/production/conformance.checked');
  });

  test('is the same in another process', async () => {
    const [event] = await sent([notificationOf({ key: 'k'.repeat(300) })]);
    const hash = createHash('sha256')
      .update(`checkout/production/${'k'.repeat(300)}`)
      .digest('base64url');
    expect(event.dedup_key).toMatch(/^checkout\/production\/k+…#/);
    expect(event.dedup_key.slice(-hash.length)).toBe(hash);
  });

  test('can be made by the user; a function that throws makes none', async () => {
    const own = (notification: Notification): string => {
      if (notification.key === 'bad') throw new Error('a mistake');
      return `mine:${notification.source.instance}:${notification.key}`;
    };
    const events = await sent([notificationOf({ key: 'a' }), notificationOf({ key: 'bad' })], {
      dedupKey: own,
    });
    expect(events.map((event) => event.dedup_key)).toEqual(['mine:a1:a', 'checkout/production/bad']);
  });

  test('differs between services that share an integration', async () => {
    const sources = [{}, { service: 'a' }, { service: 'a', environment: 'test' }, { service: 'b' }];
    const events = await sent(sources.map((source) => notificationOf({ key: 'x', source })));
    expect(events.map((event) => event.dedup_key)).toEqual(['x', 'a/x', 'a/test/x', 'b/x']);
  });
});

describe('what does not last', () => {
  const takes = (options: Partial<PagerDutyOptions>) => {
    const { settings } = pagerDuty({ routingKey: ROUTING_KEY, ...options });
    const selection = compileSelection(settings);
    return (['info', 'warning', 'error', 'critical'] as const).map((severity) =>
      selection.takes(notificationOf({ severity, phase: 'occurred' })),
    );
  };

  test('opens an incident when it is an error at least, unless told otherwise', () => {
    expect(takes({})).toEqual([false, false, true, true]);
    expect(takes({ occurred: 'critical' })).toEqual([false, false, false, true]);
    expect(takes({ occurred: 'warning', minSeverity: 'info' })).toEqual([false, true, true, true]);
    expect(takes({ occurred: 'warning' })).toEqual([false, false, true, true]);
    expect(takes({ occurred: 'never' })).toEqual([false, false, false, false]);
    expect(takes({ filter: ({ severity }) => severity !== 'critical' })).toEqual([false, false, true, false]);
  });

  test('does not change what lasts', () => {
    const { settings } = pagerDuty({ routingKey: ROUTING_KEY, occurred: 'never' });
    expect(compileSelection(settings).takes(notificationOf({ phase: 'triggered' }))).toBe(true);
  });
});

test('what PagerDuty finds wrong is told, without the key', async () => {
  const receiver = await openHttpReceiver({
    read: () => ({ notifications: [] }),
    accept: () => ({
      status: 400,
      body: JSON.stringify({
        status: 'invalid event',
        message: 'Event object is invalid',
        errors: ["Length of 'routing_key' is incorrect (should be 32 characters)", ROUTING_KEY],
      }),
    }),
  });
  const delivery = pagerDuty({ url: receiver.url, routingKey: ROUTING_KEY }).deliver(
    [notificationOf()],
    CONTEXT,
  );
  await expect(delivery).rejects.toMatchObject({
    permanent: true,
    message: expect.stringMatching(
      /answered 400: Event object is invalid; Length of 'routing_key' is incorrect .*; \[…\]$/,
    ),
  });
  await receiver.close();
});

test.each([
  ['<html>login</html>', 'what is no answer of PagerDuty'],
  ['welcome', 'what is no answer of PagerDuty'],
  ['{"status":"invalid event","message":"Event object is invalid"}', 'Event object is invalid'],
  ['{"status":"throttle exceeded"}', 'throttle exceeded'],
])('an answer of 200 that does not say success is none: %s', async (body, reason) => {
  const receiver = await openHttpReceiver({
    read: () => ({ notifications: [] }),
    accept: () => ({ status: 200, body }),
  });
  const channel = pagerDuty({ url: receiver.url, routingKey: ROUTING_KEY });
  await expect(channel.deliver([notificationOf()], CONTEXT)).rejects.toMatchObject({
    permanent: false,
    message: expect.stringContaining(`answered 200: ${reason}`),
  });
  await receiver.close();
});

test.each<[string, object, string]>([
  ['no key', {}, 'routingKey'],
  ['a key that is too short', { routingKey: 'abc' }, 'routingKey'],
  ['a placeholder', { routingKey: '<your key>' }, 'routingKey'],
  ['a region that there is not', { routingKey: ROUTING_KEY, region: 'mars' }, 'region'],
  ['a misspelt key', { routingkey: ROUTING_KEY }, 'routingkey'],
  ['links that are no function', { routingKey: ROUTING_KEY, links: [] }, 'links'],
])('options with %s are refused', (_, options, path) => {
  expect(() => pagerDuty(options as never)).toThrow(
    expect.objectContaining({
      problems: expect.arrayContaining([expect.objectContaining({ path })]),
      message: expect.not.stringContaining(ROUTING_KEY),
    }),
  );
});
