import { expect, test } from 'vitest';
import { type HttpAnswer, openHttpReceiver } from '../../src/conformance/http-receiver.ts';
import { hugePayload, notificationOf } from '../../src/conformance/notifications.ts';
import type { Notification } from '../../src/notification.ts';
import { teams } from '../../src/teams/teams.ts';
import { cardText } from './card-problems.ts';

const CONTEXT = { signal: new AbortController().signal, attempt: 1 };

async function sent(notification: Notification, answer: HttpAnswer = { status: 202 }) {
  const receiver = await openHttpReceiver({ read: () => ({ notifications: [] }), accept: () => answer });
  try {
    await teams({ url: receiver.url }).deliver([notification], CONTEXT);
    const [request] = receiver.requests();
    return { bytes: request!.body.byteLength, message: JSON.parse(request!.body.toString()) };
  } finally {
    await receiver.close();
  }
}

test('a card has the title, where it comes from, the text and what the payload says', async () => {
  const notification = notificationOf({
    text: 'one\n\n**two**',
    payload: { check: 'database', annotations: { runbook_url: 'https://runbooks.example.com/db' } },
  });
  const { message } = await sent(notification);
  expect(cardText(message).split('\n')).toEqual([
    notification.id,
    `🔴 ${notification.title}`,
    `error, triggered · checkout · production · web-1 · conformance.checked · ${new Date(notification.timestampMillis).toISOString()}`,
    notification.text.split('\n')[0],
    '**two**',
    'annotations.runbook_url: https://runbooks.example.com/db',
  ]);
  const card = message.attachments[0].content;
  expect(card.body[0].items[0].inlines[0]).toMatchObject({
    size: 'large',
    weight: 'bolder',
    color: 'attention',
  });
  expect(card.actions).toEqual([
    { type: 'Action.OpenUrl', title: 'Runbook', url: 'https://runbooks.example.com/db' },
  ]);
});

test('what is too much for a message is cut until it fits, and the title stays', async () => {
  const notification = notificationOf({ text: '😀"\\'.repeat(50_000), payload: hugePayload() });
  const { bytes, message } = await sent(notification);
  expect(bytes).toBeLessThanOrEqual(21_000);
  expect(cardText(message)).toContain(notification.title);
  expect(cardText(message)).toContain('😀"\\😀"\\');
});

test.each([
  [429, false],
  [503, false],
  [400, true],
  [413, true],
])(
  'a connector of old that says in words that Teams answered %i has failed; permanently: %s',
  async (status, permanent) => {
    const body = `Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error ${status} with ContextId tcid=1`;
    await expect(sent(notificationOf(), { status: 200, body })).rejects.toMatchObject({ permanent });
  },
);

test('a connector of old that says 1 has taken it', async () => {
  await expect(sent(notificationOf(), { status: 200, body: '1' })).resolves.toBeDefined();
});

test('options that are wrong are refused together', () => {
  expect(() => teams({ url: 'teams', traceUrl: 5, urll: 'x' } as never)).toThrow(
    expect.objectContaining({
      problems: expect.arrayContaining(
        ['url', 'traceUrl', 'urll'].map((path) => expect.objectContaining({ path })),
      ),
    }),
  );
});
