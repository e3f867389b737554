import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Channel } from '../../src/channel.ts';
import { type HttpRequest, openHttpReceiver } from '../../src/conformance/http-receiver.ts';
import { discord } from '../../src/discord/discord.ts';
import { pagerDuty } from '../../src/pagerduty/pager-duty.ts';
import { slack } from '../../src/slack/slack.ts';
import { teams } from '../../src/teams/teams.ts';
import { webhook } from '../../src/webhook/webhook.ts';
import { discordProblems } from '../discord/message-problems.ts';
import { pagerDutyProblems } from '../pagerduty/event-problems.ts';
import { slackProblems } from '../slack/message-problems.ts';
import { cardText, teamsProblems } from '../teams/card-problems.ts';
import { bodyProblems } from '../webhook/body-problems.ts';
import { anyNotification } from './arbitrary.ts';
import { strictJson } from './text-problems.ts';

const RUNS = 100;
/** Of a batch: as many as share the room of a message. Where each stands by itself, a few do, at 300 KB each. */
const MAX_BATCH = 10;
const MAX_WHOLE = 3;
const traceUrl = 'https://traces.example.com/{{traceId}}/{{spanId}}';

interface Format {
  readonly name: string;
  readonly maxBatch?: number;
  readonly runs?: number;
  make(url: string): Channel;
  problems(request: HttpRequest): readonly string[];
}

const FORMATS: readonly Format[] = [
  {
    name: 'webhook',
    maxBatch: MAX_WHOLE,
    runs: Math.ceil(RUNS / MAX_WHOLE),
    make: (url) => webhook({ url }),
    problems: ({ body }) => bodyProblems(body).problems,
  },
  {
    name: 'slack',
    make: (url) => slack({ url, traceUrl }),
    problems: ({ body }) => slackProblems(strictJson(body)),
  },
  {
    name: 'teams',
    make: (url) => teams({ url, traceUrl }),
    problems: ({ body }) => teamsProblems(body, strictJson(body)),
  },
  {
    name: 'discord',
    make: (url) => discord({ url, traceUrl }),
    problems: ({ body }) => discordProblems(strictJson(body)),
  },
  {
    name: 'pagerDuty',
    make: (url) => pagerDuty({ url, routingKey: 'e93facc04764012d7bfb002500d5d1a6', traceUrl }),
    problems: ({ body }) => pagerDutyProblems(body, strictJson(body)),
  },
];

describe.each(FORMATS)(
  'whatever a batch of notifications says, $name',
  ({ make, maxBatch = MAX_BATCH, runs = RUNS, problems }) => {
    test('is sent what it takes, and nothing that means more than text', async () => {
      const receiver = await openHttpReceiver({
        read: (request) => ({ notifications: [''], problems: problems(request) }),
        accept: () => ({ status: 200, body: '{"ok":true}' }),
      });
      try {
        const channel = make(receiver.url);
        const batches = fc.array(anyNotification, {
          minLength: 1,
          maxLength: Math.min(maxBatch, channel.maxBatch ?? 1),
        });
        const { signal } = new AbortController();
        let seen = 0;
        await fc.assert(
          fc.asyncProperty(batches, async (batch) => {
            await channel.deliver(batch, { signal, attempt: 1 });
            // Of this run only: shrinking would go on for ever otherwise.
            const found = receiver.problems().slice(seen);
            seen = receiver.problems().length;
            expect(found).toEqual([]);
          }),
          { numRuns: runs },
        );
        expect(receiver.requests().length).toBeGreaterThanOrEqual(runs);
      } finally {
        await receiver.close();
      }
    });
  },
);

test('a card of Teams keeps a text that there is room for, line by line', async () => {
  const text = Array.from({ length: 40 }, (_, at) => `line ${at} `.repeat(10).trimEnd()).join('\n');
  const receiver = await openHttpReceiver({
    read: ({ body }) => ({ notifications: [cardText(strictJson(body))] }),
  });
  const [notification] = fc.sample(anyNotification, 1);
  await teams({ url: receiver.url }).deliver([{ ...notification!, text, payload: {} }], {
    signal: new AbortController().signal,
    attempt: 1,
  });
  for (const line of text.split('\n')) expect(receiver.received()[0]).toContain(line);
  await receiver.close();
});
