import { keyProblems, textProblems } from '../message/text-problems.ts';

// biome-ignore lint/suspicious/noExplicitAny: what comes over the wire.
type Wire = any;

/** What Discord would refuse of a message, or make more of than text, by its documentation of embeds. */
export function discordProblems(message: Wire): string[] {
  const { embeds, allowed_mentions: mentions, ...rest } = message;
  const problems = keyProblems('message', rest, ['username', 'avatar_url']);
  if (JSON.stringify(mentions) !== '{"parse":[]}') problems.push('somebody could be called out');
  if (embeds.length < 1 || embeds.length > 10) problems.push(`${embeds.length} embeds`);
  const total = embeds.reduce((sum: number, embed: Wire) => sum + sizeOf(embed), 0);
  if (total > 6_000) problems.push(`${total} characters in all`);
  return [...problems, ...embeds.flatMap(embedProblems)];
}

function sizeOf({ title = '', description = '', fields = [], footer, author }: Wire): number {
  const texts = [title, description, footer?.text ?? '', author?.name ?? ''];
  for (const { name, value } of fields) texts.push(name, value);
  return texts.reduce((sum, text) => sum + text.length, 0);
}

function embedProblems(embed: Wire): string[] {
  const { title, description, fields = [], footer, color, timestamp, ...rest } = embed;
  const problems = keyProblems('embed', rest, []);
  problems.push(...textProblems('title', title, 256), ...markdownProblems('title', title));
  if (description !== undefined) {
    problems.push(
      ...textProblems('description', description, 4_096),
      ...markdownProblems('description', description),
    );
  }
  if (fields.length > 25) problems.push(`${fields.length} fields`);
  for (const { name, value } of fields) {
    problems.push(...textProblems('name', name, 256), ...markdownProblems('name', name));
    const text = name === 'Links' ? value.replace(/\[[A-Z][a-z]+\]\(https?:\/\/[^\s()<>]+\)/g, '') : value;
    problems.push(...textProblems('value', value, 1_024), ...markdownProblems('value', text));
  }
  problems.push(...textProblems('footer', footer.text, 2_048, 0));
  if (!Number.isInteger(color) || color < 0 || color > 0xffffff) problems.push(`colour ${color}`);
  if (Number.isNaN(Date.parse(timestamp)) || !/^\d{4}-/.test(timestamp))
    problems.push(`timestamp ${timestamp}`);
  return problems;
}

/** Without what a backslash takes the meaning of, there is nothing that means anything. */
function markdownProblems(where: string, text: string): string[] {
  const left = text.replace(/\\[\\*_~`|<>[\]()#@:-]/g, '');
  return /[\\*_~`|<>[\]#@]/.test(left) ? [`${where} is not escaped: ${left.slice(0, 200)}`] : [];
}

/** All text of each embed, as people see it. */
export function embedTexts({ embeds }: Wire): string[] {
  return embeds.map(({ title, description = '', fields = [] }: Wire) =>
    [title, description, ...fields.flatMap(({ name, value }: Wire) => [name, value])]
      .join('\n')
      .replace(/\\(.)/gs, '$1'),
  );
}
