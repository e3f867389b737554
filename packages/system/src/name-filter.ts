import { perName } from './per-name.ts';

/** Which names are shown. */
export interface NameFilterOptions {
  /** Only these, when there are any: patterns in which `*` stands for anything. */
  readonly include: readonly string[];
  /** Never these. */
  readonly exclude: readonly string[];
  /** Those that are not shown unless they are included. */
  isHidden(name: string): boolean;
}

/** A test of names that remembers its answers. */
export function createNameFilter({
  include,
  exclude,
  isHidden,
}: NameFilterOptions): (name: string) => boolean {
  const included = namesLike(include);
  const excluded = namesLike(exclude);
  return perName((name) => !excluded(name) && (include.length > 0 ? included(name) : !isHidden(name)));
}

/** Whether a name is like one of the patterns. */
export function namesLike(patterns: readonly string[]): (name: string) => boolean {
  const expressions = patterns.map(
    (pattern) => new RegExp(`^${pattern.split('*').map(escapeText).join('.*')}$`, 's'),
  );
  return (name) => expressions.some((expression) => expression.test(name));
}

function escapeText(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
