/** What a list of names and patterns says of the name of an event. */
export type EventMatcher = (event: string) => boolean;

/**
 * Compiles names of events, and patterns that end with a star; one that begins with `!` takes away what those before it
 * gave, so that the last one that fits decides.
 */
export function compilePatterns(patterns: readonly string[]): EventMatcher {
  const rules = patterns.map((pattern) => {
    const isNegative = pattern.startsWith('!');
    const body = isNegative ? pattern.slice(1) : pattern;
    const isPrefix = body.endsWith('*');
    return { gives: !isNegative, isPrefix, text: isPrefix ? body.slice(0, -1) : body };
  });
  return (event) => {
    for (let i = rules.length - 1; i >= 0; i--) {
      const rule = rules[i] as (typeof rules)[number];
      if (rule.isPrefix ? event.startsWith(rule.text) : event === rule.text) return rule.gives;
    }
    return false;
  };
}

/** What is wrong with a pattern, and how to put it right; `undefined`: nothing. */
export function patternProblem(
  pattern: string,
  index: number,
): { readonly expected: string; readonly fix: string } | undefined {
  const body = pattern.startsWith('!') ? pattern.slice(1) : pattern;
  if (!/^[^\s*!]*\*?$/.test(body) || body === '') {
    return {
      expected: 'the name of an event, or a pattern that ends with its only star',
      fix: "Write it as in 'health.status.changed', 'alert.*', '*' or '!performance.*'.",
    };
  }
  if (index > 0 || body === pattern) return undefined;
  return {
    expected: 'a pattern that gives something, before one that takes away',
    fix: "Begin with '*' for all events.",
  };
}
