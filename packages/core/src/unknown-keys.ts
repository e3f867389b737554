import type { Problem } from './errors.ts';
import { didYouMean } from './nearest.ts';

/**
 * A problem for each key of an object that is not known: misspelt, most likely. Values are not shown: what is misspelt may be a
 * secret.
 */
export function unknownKeys(given: object, known: readonly string[], prefix: string = ''): Problem[] {
  return Object.keys(given).flatMap((key) => {
    if (known.includes(key)) return [];
    return {
      path: `${prefix}${key}`,
      found: 'an unknown option',
      expected: `one of ${known.join(', ')}`,
      fix: didYouMean(key, known) ?? 'Remove it.',
    };
  });
}
