import { describeValue, nearest, type Problem } from '@org/instrument-core';

/** Complains of keys that are not known. */
export function findUnknown(
  prefix: string,
  given: Record<string, unknown>,
  known: readonly string[],
  problems: Problem[],
): void {
  for (const key of Object.keys(given)) {
    if (known.includes(key)) continue;
    const near = nearest(key, known);
    problems.push({
      path: prefix + key,
      found: describeValue(given[key]),
      expected: near === undefined ? `one of ${known.join(', ')}` : 'a known option',
      fix: near === undefined ? 'Remove it.' : `Did you mean ${prefix}${near}?`,
    });
  }
}

/** The value as an object; a complaint and an empty one when it is none. */
export function recordOf(path: string, value: unknown, problems: Problem[]): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  problems.push({ path, found: describeValue(value), expected: 'an object' });
  return {};
}
