import type { Channel } from '../channel.ts';
import type { Answer } from '../http/answer.ts';
import { jsonOf } from '../http/json.ts';
import { post } from '../http/post.ts';
import { readAddress } from '../http/read-target.ts';
import { isPermanent, type Refusal } from '../http/refusal.ts';
import { readForPeople } from '../message/for-people.ts';
import { type Link, readLinks } from '../message/links.ts';
import type { Notification } from '../notification.ts';
import { type CardBounds, teamsMessage } from './card.ts';
import type { TeamsOptions } from './options.ts';

/**
 * Bytes of a message. Microsoft says "approximately 28 KB" (https://learn.microsoft.com/connectors/teams, "Known issues and
 * limitations"), counted after it has made a message of its own of it: others have met it at 21,000.
 */
const MAX_BYTES = 21_000;
/**
 * Four requests a second
 * (https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook).
 */
const RATE_LIMIT = { count: 4, per: '1s' } as const;
const ALL: CardBounds = { textLength: 8_000, lines: 60, facts: 30 };
const LEAST: CardBounds = { textLength: 200, lines: 5, facts: 0 };

/**
 * Posts each notification as an Adaptive Card to Microsoft Teams, through a flow (Workflows). The flow answers that it has
 * taken it; what becomes of it then is in its own history.
 *
 * @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT` with all that is wrong with the options; no secret is shown.
 */
export function teams(options: TeamsOptions): Channel {
  const { read, name, settings } = readForPeople(options, ['url', 'traceUrl'], 'teams', {
    rateLimit: RATE_LIMIT,
  });
  const linksOf = readLinks(read);
  const url = readAddress(
    read,
    'url',
    'https://….logic.azure.com/workflows/…/triggers/manual/paths/invoke?…',
  );
  read.done('Teams cannot be set up');
  return {
    name,
    settings,
    async deliver(batch, { signal }) {
      for (const notification of batch) {
        const body = bodyOf(notification, linksOf(notification));
        await post({ receiver: 'Teams', url, body, signal, judge });
      }
    },
  };
}

/** As much of a notification as there is room for. */
function bodyOf(notification: Notification, links: readonly Link[]): string {
  let bounds = ALL;
  for (;;) {
    const body = jsonOf(teamsMessage(notification, links, bounds));
    if (Buffer.byteLength(body) <= MAX_BYTES || bounds === LEAST) return body;
    const next = { textLength: bounds.textLength >> 1, lines: bounds.lines >> 1, facts: bounds.facts >> 1 };
    bounds = next.textLength < LEAST.textLength || next.lines < LEAST.lines ? LEAST : next;
  }
}

/** Connectors of old, which some still have, answer 200 and say in words that Teams has refused. */
function judge({ status, text }: Answer): Refusal | undefined {
  const refused = status === 200 ? /HTTP error (\d{3})/.exec(text) : null;
  return refused === null ? undefined : { permanent: isPermanent(Number(refused[1])) };
}
