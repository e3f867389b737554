import type { PathMatcher, PathState } from '../redact/path-matcher.ts';

const FIELDS = [
  'actor',
  'attributes',
  'correlation',
  'durationMillis',
  'error',
  'inputs',
  'outputs',
  'reason',
  'startTime',
  'target',
] as const;

/** Where paths for redaction are at each field of an operation that they may lead to. */
export type FieldPaths = Readonly<Record<(typeof FIELDS)[number], PathState | undefined>>;

export function fieldPathsOf(paths: PathMatcher): FieldPaths {
  const entries = FIELDS.map((field) => [field, paths.step(paths.root, field.toLowerCase())]);
  return Object.fromEntries(entries) as FieldPaths;
}

/** Whether a path leads to what stands below a key. */
export function isMatchedBelow(paths: PathMatcher, state: PathState | undefined, key: string): boolean {
  return state !== undefined && (state.isMatch || paths.step(state, key.toLowerCase())?.isMatch === true);
}
