import { describeValue, type Problem } from './errors.ts';
import { nearest } from './nearest.ts';

/** A problem for each key of an object that is not known: misspelt, most likely. */
export function unknownKeys(given: object, known: readonly string[], prefix: string = ''): Problem[] {
  return Object.entries(given).flatMap(([key, value]) => {
    if (known.includes(key)) return [];
    const near = nearest(key, known);
    return {
      path: `${prefix}${key}`,
      found: describeValue(value),
      expected: `one of ${known.join(', ')}`,
      fix: near === undefined ? 'Remove it.' : `Did you mean ${near}?`,
    };
  });
}
