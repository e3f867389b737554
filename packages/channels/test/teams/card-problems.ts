import { keyProblems, textProblems } from '../message/text-problems.ts';

// biome-ignore lint/suspicious/noExplicitAny: what comes over the wire.
type Wire = any;

const MAX_BYTES = 28 * 1_024;

/** What Teams would refuse of a message, or make more of than text, by its documentation and the schema of Adaptive Cards 1.4. */
export function teamsProblems(body: Uint8Array, message: Wire): string[] {
  const problems = body.byteLength > MAX_BYTES ? [`${body.byteLength} bytes`] : [];
  problems.push(...keyProblems('message', message, ['type', 'attachments']));
  const [attachment, ...others] = message.attachments;
  if (message.type !== 'message' || others.length > 0) problems.push('envelope');
  if (attachment.contentType !== 'application/vnd.microsoft.card.adaptive') problems.push('contentType');
  const card = attachment.content;
  problems.push(
    ...keyProblems('card', card, [
      '$schema',
      'type',
      'version',
      'fallbackText',
      'msteams',
      'body',
      'actions',
    ]),
  );
  if (card.type !== 'AdaptiveCard' || card.version !== '1.4') problems.push('card');
  // Mentions would be entities of it.
  problems.push(...keyProblems('msteams', card.msteams, ['width']));
  problems.push(...textProblems('fallbackText', card.fallbackText, 1_000));
  for (const { type, items, id } of card.body) {
    if (type !== 'Container') problems.push(`an element of type ${type}`);
    if (id !== undefined) problems.push(...textProblems('id', id, 255));
    for (const item of items) problems.push(...itemProblems(item));
  }
  for (const action of card.actions) problems.push(...actionProblems(action));
  return problems;
}

/** Text of RichTextBlocks is not Markdown; that of all others is. */
function itemProblems(item: Wire): string[] {
  if (item.type !== 'RichTextBlock') return [`an item of type ${item.type}`];
  const ofItem = keyProblems('block', item, ['type', 'spacing', 'inlines']);
  return [
    ...ofItem,
    ...item.inlines.flatMap((run: Wire) => [
      ...keyProblems('run', run, ['type', 'text', 'size', 'weight', 'isSubtle', 'color']),
      ...textProblems('run', run.text, 10_000),
      ...(run.type === 'TextRun' ? [] : [`a run of type ${run.type}`]),
      ...(/\n/.test(run.text) ? ['a run of several lines'] : []),
    ]),
  ];
}

function actionProblems({ type, title, url, ...rest }: Wire): string[] {
  const isRight = type === 'Action.OpenUrl' && /^https?:\/\//.test(url) && URL.canParse(url);
  return [
    ...keyProblems('action', rest, []),
    ...textProblems('title', title, 50),
    ...(isRight ? [] : ['action']),
  ];
}

/** All text of a card, as people see it. */
export function cardText(message: Wire): string {
  const card = message.attachments[0].content;
  return card.body
    .flatMap(({ id, items }: Wire) => [
      id,
      ...items.map(({ inlines }: Wire) => inlines.map(({ text }: Wire) => text).join('')),
    ])
    .join('\n');
}
