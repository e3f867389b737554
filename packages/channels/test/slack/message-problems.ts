import { keyProblems, textProblems } from '../message/text-problems.ts';

// biome-ignore lint/suspicious/noExplicitAny: what comes over the wire.
type Wire = any;

/** What Slack would refuse of a message, or make more of than text, by its documentation of blocks. */
export function slackProblems(message: Wire): string[] {
  const { text, blocks, attachments, ...rest } = message;
  const own = ['channel', 'thread_ts', 'reply_broadcast', 'unfurl_links'];
  const problems = keyProblems('message', rest, own);
  problems.push(...textProblems('text', text, 4_000), ...markupProblems('text', text));
  if (!Array.isArray(attachments) || attachments.length !== 1) return [...problems, 'attachments'];
  const [attachment] = attachments;
  if (!/^#[0-9a-f]{6}$/.test(attachment.color)) problems.push(`colour ${attachment.color}`);
  const all: Wire[] = [...blocks, ...attachment.blocks];
  if (all.length > 50) problems.push(`${all.length} blocks`);
  const ids = all.flatMap((block) => (block.block_id === undefined ? [] : [block.block_id]));
  if (new Set(ids).size !== ids.length) problems.push('block_id is not unique');
  for (const id of ids) problems.push(...textProblems('block_id', id, 255));
  for (const block of all) problems.push(...blockProblems(block));
  return problems;
}

function blockProblems(block: Wire): string[] {
  switch (block.type) {
    case 'header':
      return plainProblems('header', block.text, 150);
    case 'section': {
      const hasOne = (block.text === undefined) !== (block.fields === undefined);
      if (!hasOne) return ['a section has text or fields'];
      if (block.text !== undefined) return plainProblems('section', block.text, 3_000);
      const count = block.fields.length;
      const ofCount = count < 1 || count > 10 ? [`${count} fields`] : [];
      return [...ofCount, ...block.fields.flatMap((field: Wire) => plainProblems('field', field, 2_000))];
    }
    case 'context': {
      const count = block.elements.length;
      const ofCount = count < 1 || count > 10 ? [`${count} elements`] : [];
      return [
        ...ofCount,
        ...block.elements.flatMap((element: Wire) =>
          element.type === 'mrkdwn' ? linkProblems(element) : plainProblems('context', element, 3_000),
        ),
      ];
    }
    default:
      return [`a block of type ${block.type}`];
  }
}

function plainProblems(where: string, object: Wire, maxLength: number): string[] {
  if (object.type !== 'plain_text' || object.emoji !== false) return [`${where} is not plain text`];
  return [...textProblems(where, object.text, maxLength), ...markupProblems(where, object.text)];
}

/** In escaped text there is no `<` or `>`, and each `&` begins one of the three entities. */
function markupProblems(where: string, text: string): string[] {
  return /[<>]|&(?!(?:amp|lt|gt);)/.test(text) ? [`${where} is not escaped: ${text.slice(0, 200)}`] : [];
}

/** The one place with markup: links, and nothing else. */
function linkProblems({ text, verbatim }: Wire): string[] {
  const link = String.raw`<https?://[^\s|<>]+\|[A-Z][a-z]+>`;
  const isLinks = new RegExp(`^${link}(?: · ${link})*$`).test(text);
  return [
    ...textProblems('links', text, 3_000),
    ...(isLinks && verbatim === true ? [] : [`links are ${text}`]),
  ];
}

/** All text of a message, as people see it. */
export function slackText({ blocks, attachments }: Wire): string {
  const texts: string[] = [];
  JSON.stringify([blocks, attachments], (key, value) => {
    if ((key === 'text' || key === 'block_id') && typeof value === 'string') texts.push(value);
    return value;
  });
  return texts.join('\n').replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&');
}
