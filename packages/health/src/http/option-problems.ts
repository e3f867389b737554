import { describeValue, type Problem } from '@org/instrument-core';

/** The value as an object; a complaint and an empty one when it is none. */
export function recordOf(path: string, value: unknown, problems: Problem[]): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  problems.push({ path, found: describeValue(value), expected: 'an object' });
  return {};
}
