import { type Fact, factsOf, originOf } from '../message/facts.ts';
import { fit, fitLine } from '../message/fit.ts';
import type { Link } from '../message/links.ts';
import { COLOURS, iconOf, statusOf, timeOf, toneOf } from '../message/look.ts';
import type { Notification } from '../notification.ts';

/** Longest texts (https://discord.com/developers/docs/resources/message, "Embed Limits"). */
const MAX_TITLE = 256;
const MAX_DESCRIPTION = 4_096;
const MAX_FIELDS = 25;
/** Discord's own is 1,024: so much in a table would bury the rest. */
const MAX_VALUE = 300;
const MAX_NAME = 100;
const MAX_FOOTER = 300;

/** A card of a message. */
export interface Embed {
  readonly title: string;
  readonly description?: string;
  readonly color: number;
  readonly timestamp: string;
  readonly fields?: readonly { readonly name: string; readonly value: string; readonly inline: boolean }[];
  readonly footer: { readonly text: string };
}

/**
 * A notification as an embed of at most so many characters in all: title, links, text, and what the payload says while there
 * is room. Markdown in it is escaped.
 */
export function embedOf(notification: Notification, links: readonly Link[], maxLength: number): Embed {
  const footer = fitLine(footerOf(notification), Math.min(MAX_FOOTER, maxLength >> 2));
  const titleLength = Math.min(MAX_TITLE, maxLength >> 2);
  const title = fitLine(`${iconOf(notification)} ${notification.title}`, titleLength, escaped);
  let left = maxLength - title.length - footer.length;
  const linked = links.map(({ label, url }) => `[${label}](${url})`).join(' · ');
  const linkField =
    linked !== '' && linked.length <= 1_024 && linked.length + 5 <= left >> 1
      ? [{ name: 'Links', value: linked, inline: false }]
      : [];
  for (const { name, value } of linkField) left -= name.length + value.length;
  const description = fit(notification.text, Math.min(MAX_DESCRIPTION, left), escaped).trim();
  left -= description.length;
  const fields = [...linkField];
  for (const fact of factsOf(notification, MAX_FIELDS - linkField.length)) {
    const field = fieldOf(fact);
    left -= field.name.length + field.value.length;
    if (left < 0) break;
    fields.push(field);
  }
  return {
    title,
    ...(description === '' ? {} : { description }),
    color: COLOURS[toneOf(notification)],
    timestamp: timeOf(notification),
    ...(fields.length === 0 ? {} : { fields }),
    footer: { text: footer },
  };
}

/** Characters that count against the bound of a message. */
export function lengthOf({ title, description = '', fields = [], footer }: Embed): number {
  const ofFields = fields.reduce((sum, { name, value }) => sum + name.length + value.length, 0);
  return title.length + description.length + ofFields + footer.text.length;
}

function fieldOf({ name, value }: Fact): { name: string; value: string; inline: boolean } {
  return {
    name: fitLine(name, MAX_NAME, escaped, '–'),
    value: fitLine(value, MAX_VALUE, escaped, '–'),
    inline: true,
  };
}

/** Footers are plain text. */
function footerOf(notification: Notification): string {
  return [statusOf(notification), originOf(notification), notification.event]
    .filter((part) => part !== '')
    .join(' · ');
}

/** A backslash makes any of these stand for itself (https://support.discord.com, "Markdown Text 101"). */
function escaped(text: string): string {
  return text.replace(/[\\*_~`|<>[\]()#@:-]/g, '\\$&');
}
