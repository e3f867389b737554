// What documentation writes for what only the user has, and what a template makes of a variable that is not set.
const PLACEHOLDERS: readonly (readonly [pattern: RegExp, what: string])[] = [
  [/<[^>]*>|%3C.*%3E/i, 'words in angle brackets'],
  [/\$\{|\{\{|%7B%7B|\$%7B/i, 'a variable that nothing was put in for'],
  [/^(?:xox[a-z]-)?x{3,}$|x{8,}/i, 'a row of x'],
  [
    /^(?:undefined|null|nan|\[object object\]|%5bobject%20object%5d)$/i,
    'what a variable that is not set is written as',
  ],
  [
    /\byour[-_](?:[a-z]+[-_])*(?:key|token|secret|url|webhook|password|id)\b/i,
    '"your" and what it stands for',
  ],
  [/\b(?:change[-_]?me|replace[-_]?me|placeholder)\b/i, 'words that ask to be replaced'],
];

/** What makes text a placeholder, in words that do not show the text: it may be a secret after all. */
export function placeholderIn(text: string): string | undefined {
  return PLACEHOLDERS.find(([pattern]) => pattern.test(text))?.[1];
}
