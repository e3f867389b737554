// What documentation writes for what only the user has, and what a template makes of a variable that is not set.
const PLACEHOLDERS: readonly RegExp[] = [
  /<[^>]*>|%3C.*%3E/i,
  /\$\{|\{\{|%7B%7B|\$%7B/i,
  /^(?:xox[a-z]-)?x{3,}$|x{8,}/i,
  /^(?:undefined|null|nan|\[object object\]|%5bobject%20object%5d)$/i,
  /\byour[-_](?:[a-z]+[-_])*(?:key|token|secret|url|webhook|password|id)\b/i,
  /\b(?:change[-_]?me|replace[-_]?me|placeholder)\b/i,
];

/** Whether text stands for something that was to be put in its place. */
export function isPlaceholder(text: string): boolean {
  return PLACEHOLDERS.some((pattern) => pattern.test(text));
}
