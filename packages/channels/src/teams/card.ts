import { factsOf, originOf } from '../message/facts.ts';
import { fit, fitLine } from '../message/fit.ts';
import type { Link } from '../message/links.ts';
import { iconOf, statusOf, type Tone, timeOf, toneOf } from '../message/look.ts';
import type { Notification } from '../notification.ts';

/** Characters of a title. Teams names no limit; longer ones push the rest off the screen. */
const MAX_TITLE = 300;
const MAX_LINE = 1_000;
const MAX_NAME = 100;
const MAX_VALUE = 300;
const MAX_ID = 255;

/** Text without markup: of all elements with text, only this one does not read Markdown. */
interface RichTextBlock {
  readonly type: 'RichTextBlock';
  readonly spacing?: 'none' | 'small';
  readonly inlines: readonly TextRun[];
}

interface TextRun {
  readonly type: 'TextRun';
  readonly text: string;
  readonly size?: 'small' | 'large';
  readonly weight?: 'bolder';
  readonly isSubtle?: true;
  readonly color?: 'attention' | 'warning' | 'good' | 'accent';
}

/** A message as flows take it, with one card. */
export interface TeamsMessage {
  readonly type: 'message';
  readonly attachments: readonly [
    {
      readonly contentType: 'application/vnd.microsoft.card.adaptive';
      readonly contentUrl: null;
      readonly content: {
        readonly $schema: 'http://adaptivecards.io/schemas/adaptive-card.json';
        readonly type: 'AdaptiveCard';
        readonly version: '1.4';
        readonly fallbackText: string;
        readonly msteams: { readonly width: 'Full' };
        readonly body: readonly [
          { readonly type: 'Container'; readonly id?: string; readonly items: readonly RichTextBlock[] },
        ];
        readonly actions: readonly {
          readonly type: 'Action.OpenUrl';
          readonly title: string;
          readonly url: string;
        }[];
      };
    },
  ];
}

/** How much of a notification is told. */
export interface CardBounds {
  readonly textLength: number;
  readonly lines: number;
  readonly facts: number;
}

const COLOURS: Readonly<Record<Tone, NonNullable<TextRun['color']>>> = {
  critical: 'attention',
  error: 'attention',
  warning: 'warning',
  info: 'accent',
  good: 'good',
};

/**
 * A notification as an Adaptive Card (https://adaptivecards.io/explorer, version 1.4, which Teams has on all its clients):
 * rich text, in which neither Markdown nor HTML is read. Nobody is called out, since mentions are entities of the card, of
 * which it has none.
 */
export function teamsMessage(
  notification: Notification,
  links: readonly Link[],
  bounds: CardBounds,
): TeamsMessage {
  const title = fitLine(`${iconOf(notification)} ${notification.title}`, MAX_TITLE);
  const id = fitLine(notification.id, MAX_ID);
  const items: RichTextBlock[] = [
    {
      type: 'RichTextBlock',
      inlines: [
        {
          type: 'TextRun',
          text: title,
          size: 'large',
          weight: 'bolder',
          color: COLOURS[toneOf(notification)],
        },
      ],
    },
    {
      type: 'RichTextBlock',
      spacing: 'none',
      inlines: [
        { type: 'TextRun', text: fitLine(contextOf(notification), MAX_LINE), size: 'small', isSubtle: true },
      ],
    },
    ...linesOf(notification.text, bounds),
    ...factsOf(notification, bounds.facts).map(factBlock),
  ];
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          fallbackText: title,
          msteams: { width: 'Full' },
          body: [{ type: 'Container', ...(id === '' ? {} : { id }), items }],
          actions: links.map(({ label, url }) => ({ type: 'Action.OpenUrl', title: label, url })),
        },
      },
    ],
  };
}

/** A block for each line: clients differ in what they make of line feeds. */
function linesOf(text: string, { textLength, lines }: CardBounds): RichTextBlock[] {
  const all = fit(text, textLength)
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '');
  const told = all.length > lines ? [...all.slice(0, lines - 1), '…'] : all;
  return told.map((line, at) => ({
    type: 'RichTextBlock',
    ...(at === 0 ? {} : { spacing: 'none' }),
    inlines: [{ type: 'TextRun', text: line }],
  }));
}

function factBlock({ name, value }: { readonly name: string; readonly value: string }): RichTextBlock {
  return {
    type: 'RichTextBlock',
    spacing: 'small',
    inlines: [
      { type: 'TextRun', text: `${fitLine(name, MAX_NAME)}: `, weight: 'bolder' },
      { type: 'TextRun', text: fitLine(value, MAX_VALUE, undefined, '–') },
    ],
  };
}

function contextOf(notification: Notification): string {
  const parts = [statusOf(notification), originOf(notification), notification.event, timeOf(notification)];
  return parts.filter((part) => part !== '').join(' · ');
}
