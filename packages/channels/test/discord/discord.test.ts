import { describe, expect, test } from 'vitest';
import { type HttpAnswer, openHttpReceiver } from '../../src/conformance/http-receiver.ts';
import { notificationOf } from '../../src/conformance/notifications.ts';
import { discord } from '../../src/discord/discord.ts';
import type { DiscordOptions } from '../../src/discord/options.ts';
import type { Notification } from '../../src/notification.ts';

const CONTEXT = { signal: new AbortController().signal, attempt: 1 };
const PATH = '/api/webhooks/1/abcdefgh';

async function sent(
  batch: Notification[],
  options: Partial<DiscordOptions> = {},
  answer: HttpAnswer = { status: 200 },
) {
  const receiver = await openHttpReceiver({
    path: PATH,
    read: () => ({ notifications: [] }),
    accept: () => answer,
  });
  try {
    await discord({ url: receiver.url, ...options }).deliver(batch, CONTEXT);
    const [request] = receiver.requests();
    return { path: request!.path, body: JSON.parse(request!.body.toString()) };
  } finally {
    await receiver.close();
  }
}

test('a message has an embed with all there is to know, and calls out nobody', async () => {
  const notification = notificationOf({
    title: 'disk_full on *db-1*',
    text: '@everyone look: <@123>\n# now',
    payload: { disk: '/var', annotations: { runbook_url: 'https://runbooks.example.com/a_b(c)' } },
  });
  const mark = notification.title.split(' ')[0];
  const { path, body } = await sent([notification], {
    username: 'Telemetry',
    avatarUrl: 'https://a.example.com/i.png',
    threadId: '42',
  });
  expect(path).toBe(`${PATH}?wait=true&thread_id=42`);
  expect(body).toEqual({
    username: 'Telemetry',
    avatar_url: 'https://a.example.com/i.png',
    allowed_mentions: { parse: [] },
    embeds: [
      {
        title: `🔴 ${mark} title disk\\_full on \\*db\\-1\\*`,
        description: `${mark} text \\@everyone look\\: \\<\\@123\\>\n\\# now`,
        color: 0xe34c26,
        timestamp: new Date(notification.timestampMillis).toISOString(),
        fields: [
          { name: 'Links', value: '[Runbook](https://runbooks.example.com/a_b%28c%29)', inline: false },
          { name: 'disk', value: '/var', inline: true },
          {
            name: 'annotations.runbook\\_url',
            value: 'https\\://runbooks.example.com/a\\_b\\(c\\)',
            inline: true,
          },
        ],
        footer: { text: 'error, triggered · checkout · production · web-1 · conformance.checked' },
      },
    ],
  });
});

test('ten long notifications share the room of a message, and each has its title', async () => {
  const batch = Array.from({ length: 10 }, () => notificationOf({ text: 'word '.repeat(2_000) }));
  const { body } = await sent(batch);
  expect(body.embeds).toHaveLength(10);
  for (const [at, { title }] of batch.entries()) {
    expect(body.embeds[at].title).toContain(title.split(' ')[0]);
    expect(body.embeds[at].description.length).toBeGreaterThan(250);
  }
});

test('a long notification beside short ones has the room that they leave', async () => {
  const [long, short] = [
    notificationOf({ text: 'word '.repeat(700), payload: {} }),
    notificationOf({ payload: {} }),
  ];
  const { body } = await sent([long!, short!]);
  expect(body.embeds[0].description).toBe(long!.text.trim());
});

describe('a rate limit', () => {
  test('has its pause, with its fraction, in the body', async () => {
    const answer = {
      status: 429,
      headers: { 'retry-after': '1' },
      body: JSON.stringify({ message: 'You are being rate limited.', retry_after: 0.65, global: false }),
    };
    await expect(sent([notificationOf()], {}, answer)).rejects.toMatchObject({
      permanent: false,
      retryAfterMillis: 650,
      message: expect.stringContaining('You are being rate limited.'),
    });
  });

  test('of a proxy before it has it in the header', async () => {
    const answer = { status: 429, headers: { 'retry-after': '3' }, body: 'error code: 1015' };
    await expect(sent([notificationOf()], {}, answer)).rejects.toMatchObject({ retryAfterMillis: 3_000 });
  });
});

test('what Discord says is told', async () => {
  const answer = { status: 404, body: '{"message": "Unknown Webhook", "code": 10015}' };
  await expect(sent([notificationOf()], {}, answer)).rejects.toMatchObject({
    permanent: true,
    message: expect.stringMatching(/answered 404: Unknown Webhook \(10015\)$/),
  });
});

test.each<[string, object, string]>([
  ['a name that Discord refuses', { username: 'My Discord' }, 'username'],
  ['a name that is too long', { username: 'x'.repeat(81) }, 'username'],
  ['a thread that is no id', { threadId: 'general' }, 'threadId'],
  ['no address', { url: undefined }, 'url'],
])('options with %s are refused', (_, options, path) => {
  expect(() => discord({ url: 'https://discord.com/api/webhooks/1/abc', ...options } as never)).toThrow(
    expect.objectContaining({ problems: [expect.objectContaining({ path })] }),
  );
});
