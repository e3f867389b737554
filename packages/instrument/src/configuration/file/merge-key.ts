import type * as Yaml from 'yaml';

/** The key whose value is a map to take entries from (yaml.org/type/merge.html). */
export const MERGE_KEY = '<<';

/** `<<` without quotes, by itself or as `!!merge <<`, for which the parser gives a symbol. */
export function isMergeKey({ type, value }: Yaml.Scalar): boolean {
  return type === 'PLAIN' && (typeof value === 'symbol' ? value.description : value) === MERGE_KEY;
}
