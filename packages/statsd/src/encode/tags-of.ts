import type { Attributes } from '@opentelemetry/api';
import type { Tag } from '../dialect/dialect.ts';

/**
 * Tags of a series, sorted by key, so that they stand in the same order whoever recorded them. An attribute wins over a
 * tag that is the same for all. What has no key or no value is left out: receivers refuse the line for it.
 *
 * @param common tags of every series, sorted by key.
 */
export function tagsOf(attributes: Attributes, common: readonly Tag[]): readonly Tag[] {
  const keys = Object.keys(attributes);
  if (keys.length === 0) return common;
  const own: Tag[] = [];
  for (const key of keys) {
    const value = valueText(attributes[key]);
    if (key !== '' && value !== '') own.push({ key, value });
  }
  const others = common.filter(({ key }) => !own.some((tag) => tag.key === key));
  return sorted([...own, ...others]);
}

/** Tags by key, in the order of UTF-16 units. */
export function sorted(tags: readonly Tag[]): Tag[] {
  return [...tags].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}

/** Text of an attribute's value: strings as they are, lists with semicolons between. */
export function valueText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === undefined || value === null) return '';
  if (Array.isArray(value))
    return value.map((item) => (Array.isArray(item) ? jsonOf(item) : valueText(item))).join(';');
  return typeof value === 'object' ? jsonOf(value) : String(value);
}

function jsonOf(value: object): string {
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    // A cycle, or what throws when it is read: no attribute by the specification, and no reason to lose the rest.
    return '';
  }
}
