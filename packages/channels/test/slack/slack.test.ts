import { describe, expect, test } from 'vitest';
import { type HttpAnswer, type HttpReceiver, openHttpReceiver } from '../../src/conformance/http-receiver.ts';
import { notificationOf } from '../../src/conformance/notifications.ts';
import type { DeliveryError } from '../../src/delivery-error.ts';
import type { Notification } from '../../src/notification.ts';
import { slack } from '../../src/slack/slack.ts';

const TOKEN = ['xoxb', '2147483647', 'Abcd3fghIjklMn0p'].join('-');
const SIGNAL = new AbortController().signal;
const CONTEXT = { signal: SIGNAL, attempt: 1 };
const NOTHING = () => ({ notifications: [] });

async function withReceiver<T>(
  accept: () => HttpAnswer,
  run: (receiver: HttpReceiver) => Promise<T>,
): Promise<T> {
  const receiver = await openHttpReceiver({ read: NOTHING, accept });
  try {
    return await run(receiver);
  } finally {
    await receiver.close();
  }
}

/** Bodies of the messages of these notifications. */
function bodiesOf(notifications: Notification[], options: object = {}) {
  return withReceiver(
    () => ({ status: 200, body: 'ok' }),
    async ({ url, requests }) => {
      const channel = slack({ url, ...options });
      for (const notification of notifications) await channel.deliver([notification], CONTEXT);
      return requests().map(({ body }) => JSON.parse(body.toString()));
    },
  );
}

test('a message has the title, the text, what the payload says, and where it comes from', async () => {
  const notification = notificationOf({
    title: 'a < b & c',
    payload: {
      labels: { instance: 'db-1', severity: 'error' },
      value: 0.93,
      empty: '',
      annotations: { runbook_url: 'https://runbooks.example.com/disk?a=1&b=<2>|x' },
    },
  });
  const [body] = await bodiesOf([notification], { traceUrl: 'https://traces.example.com/{{traceId}}' });
  const mark = notification.title.split(' ')[0];
  expect(body).toEqual({
    text: `🔴 ${mark} title a &lt; b &amp; c`,
    blocks: [
      {
        type: 'header',
        block_id: notification.id,
        text: { type: 'plain_text', text: `🔴 ${mark} title a &lt; b &amp; c`, emoji: false },
      },
    ],
    attachments: [
      {
        color: '#e34c26',
        blocks: [
          { type: 'section', text: { type: 'plain_text', text: notification.text, emoji: false } },
          {
            type: 'section',
            fields: [
              'labels.instance: db-1',
              'labels.severity: error',
              'value: 0.93',
              'annotations.runbook_url: https://runbooks.example.com/disk?a=1&amp;b=&lt;2&gt;|x',
            ].map((text) => ({ type: 'plain_text', text, emoji: false })),
          },
          {
            type: 'context',
            elements: [
              {
                type: 'plain_text',
                text: `error, triggered · checkout · production · web-1 · conformance.checked · ${new Date(notification.timestampMillis).toISOString()}`,
                emoji: false,
              },
              {
                type: 'mrkdwn',
                text: '<https://traces.example.com/0af7651916cd43dd8448eb211c80319c|Trace> · <https://runbooks.example.com/disk?a=1&amp;b=%3C2%3E%7Cx|Runbook>',
                verbatim: true,
              },
            ],
          },
        ],
      },
    ],
  });
});

test('a title that is too long for a header is there in full below it', async () => {
  const title = 'very '.repeat(100).trim();
  const [body] = await bodiesOf([notificationOf({ title })]);
  expect(body.blocks[0].text.text).toHaveLength(150);
  expect(body.attachments[0].blocks[0].text.text).toContain(title);
});

test('colours tell how bad it is, and what is over is green', async () => {
  const bodies = await bodiesOf([
    ...(['info', 'warning', 'error', 'critical'] as const).map((severity) => notificationOf({ severity })),
    notificationOf({ severity: 'critical', phase: 'resolved' }),
  ]);
  const colours = bodies.map((body) => body.attachments[0].color);
  expect(new Set(colours).size).toBe(5);
  expect(colours[4]).toBe('#2ea043');
});

describe('a webhook', () => {
  const deliver = (answer: HttpAnswer): Promise<unknown> =>
    withReceiver(
      () => answer,
      ({ url }) => Promise.resolve(slack({ url }).deliver([notificationOf()], CONTEXT)),
    );

  // Slack calls it HTML; a workflow's says nothing or JSON, and others that take the same say what they do.
  test.each(['ok', '', '{"ok":true}', '{"success":true}', '{}'])('that answers %j has it', async (body) => {
    expect(await deliver({ status: 200, headers: { 'content-type': 'text/html' }, body })).toBeUndefined();
  });

  test.each([
    ['<html>login</html>', false, 'a page'],
    ['{"ok":false,"error":"internal_error"}', false, 'internal_error'],
    ['{"ok":false,"error":"invalid_workflow_input"}', true, 'invalid_workflow_input'],
    ['{"success":false,"error":"invalid-channel"}', true, 'invalid-channel'],
  ])('that answers %j has it not', async (body, permanent, reason) => {
    await expect(deliver({ status: 200, body })).rejects.toMatchObject({
      permanent,
      message: expect.stringContaining(`answered 200: ${reason}`),
    });
  });
});

describe('an app', () => {
  test('posts to its conversation, with its token', async () => {
    const receiver = await openHttpReceiver({
      read: NOTHING,
      accept: () => ({ status: 200, body: '{"ok":true,"ts":"1.2"}' }),
    });
    await slack({ token: TOKEN, channel: 'C012', apiUrl: receiver.url }).deliver([notificationOf()], CONTEXT);
    await receiver.close();
    const [request] = receiver.requests();
    expect(request).toMatchObject({
      path: '/chat.postMessage',
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    expect(JSON.parse(request!.body.toString())).toMatchObject({ channel: 'C012', unfurl_links: false });
  });

  const failure = (answer: HttpAnswer): Promise<DeliveryError> =>
    withReceiver(
      () => answer,
      ({ url }) =>
        slack({ token: TOKEN, channel: 'C012', apiUrl: url })
          .deliver([notificationOf()], CONTEXT)
          .then(
            () => expect.fail('it was taken'),
            (error) => error,
          ),
    );

  test.each([
    ['channel_not_found', true],
    ['not_in_channel', true],
    ['is_archived', true],
    ['invalid_auth', true],
    ['token_revoked', true],
    ['invalid_blocks', true],
    ['msg_too_long', true],
    ['ratelimited', false],
    ['rate_limited', false],
    ['internal_error', false],
    ['fatal_error', false],
    ['service_unavailable', false],
    ['request_timeout', false],
  ])('that hears %s with status 200 has failed; permanently: %s', async (error, permanent) => {
    expect(await failure({ status: 200, body: JSON.stringify({ ok: false, error }) })).toMatchObject({
      permanent,
      message: expect.stringContaining(error),
    });
  });

  test('that is told what is wrong with the blocks tells it', async () => {
    const body = JSON.stringify({
      ok: false,
      error: 'invalid_blocks',
      response_metadata: { messages: ['[ERROR] too long'] },
    });
    expect((await failure({ status: 200, body })).message).toContain('invalid_blocks ([ERROR] too long)');
  });

  test('that is throttled waits as long as it is told', async () => {
    const answer = {
      status: 429,
      headers: { 'retry-after': '30' },
      body: '{"ok":false,"error":"ratelimited"}',
    };
    expect(await failure(answer)).toMatchObject({ permanent: false, retryAfterMillis: 30_000 });
  });

  test.each(['', 'ok', '<html>', '[]', '{"ok":tr', 'null'])(
    'that hears %j has no answer of Slack',
    async (body) => {
      expect(await failure({ status: 200, body })).toMatchObject({ permanent: false });
    },
  );
});

describe('threads', () => {
  test('have what comes after the first of a key, until its end, which all see', async () => {
    let ts = 0;
    const posts = await withReceiver(
      () => ({ status: 200, body: JSON.stringify({ ok: true, ts: `${++ts}.0` }) }),
      async ({ url, requests }) => {
        const channel = slack({ token: TOKEN, channel: 'C012', apiUrl: url, threads: true });
        for (const [key, phase] of [
          ['a', 'triggered'],
          ['b', 'triggered'],
          ['a', 'acknowledged'],
          ['a', 'resolved'],
          ['b', 'resolved'],
          ['a', 'triggered'],
        ] as const) {
          await channel.deliver([notificationOf({ key, phase })], CONTEXT);
        }
        return requests().map(({ body }) => JSON.parse(body.toString()));
      },
    );
    expect(posts.map((post) => [post.thread_ts, post.reply_broadcast])).toEqual([
      [undefined, undefined],
      [undefined, undefined],
      ['1.0', false],
      ['1.0', true],
      ['2.0', true],
      [undefined, undefined],
    ]);
  });

  test('whose message is gone are begun anew by the next attempt', async () => {
    const answers = [
      { ok: true, ts: '1.0' },
      { ok: false, error: 'thread_not_found' },
      { ok: true, ts: '2.0' },
    ];
    await withReceiver(
      () => ({ status: 200, body: JSON.stringify(answers.shift()) }),
      async ({ url, requests }) => {
        const channel = slack({ token: TOKEN, channel: 'C012', apiUrl: url, threads: true });
        await channel.deliver([notificationOf({ key: 'a' })], CONTEXT);
        const again = notificationOf({ key: 'a' });
        await expect(channel.deliver([again], CONTEXT)).rejects.toMatchObject({ permanent: false });
        await channel.deliver([again], CONTEXT);
        expect(requests().map(({ body }) => JSON.parse(body.toString()).thread_ts)).toEqual([
          undefined,
          '1.0',
          undefined,
        ]);
      },
    );
  });
});

test.each<[string, object, string]>([
  ['neither way to post', {}, 'url'],
  [
    'both ways to post',
    { url: 'https://hooks.slack.com/services/T1/B1/abcdef', token: TOKEN, channel: 'C1' },
    'url',
  ],
  ['a token without a channel', { token: TOKEN }, 'channel'],
  ['a channel without a token', { channel: 'C1' }, 'token'],
  [
    'threads of a webhook',
    { url: 'https://hooks.slack.com/services/T1/B1/abcdef', threads: true },
    'threads',
  ],
  [
    'a trace address without a place for the trace',
    { url: 'https://hooks.slack.com/services/T1/B1/abcdef', traceUrl: 'https://x.y/' },
    'traceUrl',
  ],
  ['a user in the address', { url: 'https://ops:s3cret@hooks.slack.com/services/T1/B1/abcdef' }, 'url'],
  ['a token that is a placeholder', { token: 'xoxb-your-token', channel: 'C1' }, 'token'],
])('options with %s are refused', (_, options, path) => {
  expect(() => slack(options as never)).toThrow(
    expect.objectContaining({
      code: 'INSTRUMENT_INVALID_ARGUMENT',
      problems: expect.arrayContaining([expect.objectContaining({ path })]),
      message: expect.not.stringContaining(TOKEN),
    }),
  );
});

test('threads may be switched off where there are none', () => {
  const url = 'https://hooks.slack.com/services/T1/B1/abcdef';
  expect(slack({ url, threads: false }).name).toBe('slack');
});

test.each([
  ['https://hooks.slack.com/services/T1/B1/YOUR-TOKEN', 'a placeholder in part 4 of its path'],
  ['https://hooks.slack.com/services/T1/B1/abc?x={{TOKEN}}', 'a placeholder in its query'],
  ['https://your-url/services/T1/B1/abcdef', 'a placeholder in its host'],
])('of an address that is not filled in, the part is named: %s', (url, found) => {
  expect(() => slack({ url })).toThrow(
    expect.objectContaining({ message: expect.stringContaining(`url: found ${found} (`) }),
  );
});

test('what is for people comes from warnings on, once a second', () => {
  const { settings, name } = slack({
    url: 'https://hooks.slack.com/services/T1/B1/abcdef',
    minSeverity: 'error',
  });
  expect(name).toBe('slack');
  expect(settings).toMatchObject({ minSeverity: 'error', rateLimit: { count: 1, per: '1s' } });
  expect(slack({ url: 'https://hooks.slack.com/services/T1/B1/abcdef' }).settings?.minSeverity).toBe(
    'warning',
  );
});
