import { factsOf, originOf } from '../message/facts.ts';
import { fit, fitLine } from '../message/fit.ts';
import type { Link } from '../message/links.ts';
import { COLOURS, iconOf, statusOf, timeOf, toneOf } from '../message/look.ts';
import type { Notification } from '../notification.ts';

/** Longest texts (https://docs.slack.dev/reference/block-kit/blocks: header, section, context). */
const MAX_HEADER = 150;
const MAX_SECTION = 3_000;
/** Slack's own is 2,000: two columns of such texts would bury the rest. */
const MAX_FIELD = 300;
/** Of one section; there are two at most. */
const MAX_FIELDS = 10;
const MAX_BLOCK_ID = 255;
/** What notifications on a screen show of it. */
const MAX_FALLBACK = 300;

/** Text that nothing in it can make anything else of. */
interface PlainText {
  readonly type: 'plain_text';
  readonly text: string;
  readonly emoji: false;
}

/** Text with links; `verbatim` leaves names and addresses in it as they are. */
interface Mrkdwn {
  readonly type: 'mrkdwn';
  readonly text: string;
  readonly verbatim: true;
}

/** A block of Block Kit, of those that are used here. */
export type SlackBlock =
  | { readonly type: 'header'; readonly block_id?: string; readonly text: PlainText }
  | { readonly type: 'section'; readonly text: PlainText }
  | { readonly type: 'section'; readonly fields: readonly PlainText[] }
  | { readonly type: 'context'; readonly elements: readonly (PlainText | Mrkdwn)[] };

/** A message of `chat.postMessage` and of incoming webhooks. */
export interface SlackMessage {
  /** What is shown where there is no room for blocks. */
  readonly text: string;
  readonly blocks: readonly SlackBlock[];
  /** The one way to have a colour. */
  readonly attachments: readonly [{ readonly color: string; readonly blocks: readonly SlackBlock[] }];
}

/**
 * A notification as a message: the title, and beside a bar of its colour the text, what the payload says, and where it comes
 * from. All text is plain, so that no markup in it is read and nobody called out, and `&`, `<` and `>` are escaped
 * (https://docs.slack.dev/messaging/formatting-message-text#escaping).
 */
export function slackMessage(notification: Notification, links: readonly Link[]): SlackMessage {
  const { title, text, id } = notification;
  const headline = `${iconOf(notification)} ${title}`;
  const header = fitLine(headline, MAX_HEADER, escaped);
  const blockId = fitLine(id, MAX_BLOCK_ID);
  const isCut = header !== fitLine(headline, MAX_SECTION, escaped);
  const blocks: SlackBlock[] = [
    ...(isCut ? section(title) : []),
    ...section(text),
    ...fieldSections(notification),
    { type: 'context', elements: [plain(contextOf(notification), MAX_SECTION), ...linkElements(links)] },
  ];
  return {
    text: fitLine(headline, MAX_FALLBACK, escaped),
    blocks: [
      {
        type: 'header',
        ...(blockId === '' ? {} : { block_id: blockId }),
        text: { type: 'plain_text', text: header, emoji: false },
      },
    ],
    attachments: [{ color: `#${COLOURS[toneOf(notification)].toString(16).padStart(6, '0')}`, blocks }],
  };
}

function section(text: string): SlackBlock[] {
  const made = plain(text, MAX_SECTION);
  return made.text.trim() === '' ? [] : [{ type: 'section', text: made }];
}

function fieldSections(notification: Notification): SlackBlock[] {
  const fields = factsOf(notification, 2 * MAX_FIELDS)
    .map(({ name, value }) => plain(`${fitLine(name, MAX_FIELD / 3)}: ${value}`, MAX_FIELD))
    .filter(({ text }) => text !== '');
  const sections = [fields.slice(0, MAX_FIELDS), fields.slice(MAX_FIELDS)];
  return sections.filter((some) => some.length > 0).map((some) => ({ type: 'section', fields: some }));
}

function contextOf(notification: Notification): string {
  const parts = [statusOf(notification), originOf(notification), notification.event, timeOf(notification)];
  return parts.filter((part) => part !== '').join(' · ');
}

function linkElements(links: readonly Link[]): Mrkdwn[] {
  if (links.length === 0) return [];
  const text = links.map(({ url, label }) => `<${escaped(url)}|${label}>`).join(' · ');
  return text.length > MAX_SECTION ? [] : [{ type: 'mrkdwn', text, verbatim: true }];
}

function plain(text: string, maxLength: number): PlainText {
  return { type: 'plain_text', text: fit(text, maxLength, escaped), emoji: false };
}

function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
