/** Names told apart before they are forgotten: interfaces of containers come and go. */
const MAX_KNOWN = 1_000;

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
  const known = new Map<string, boolean>();
  return (name) => {
    let isShown = known.get(name);
    if (isShown === undefined) {
      isShown = !excluded(name) && (include.length > 0 ? included(name) : !isHidden(name));
      if (known.size >= MAX_KNOWN) known.clear();
      known.set(name, isShown);
    }
    return isShown;
  };
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
