import { describeValue, type Problem } from '@org/instrument-core';
import type { OtelOptions } from '../options.ts';
import type { Parser } from './parse-values.ts';

/** Options being put together from variables. */
export interface Draft {
  readonly env: NodeJS.ProcessEnv;
  readonly options: OtelOptions;
  readonly warnings: Problem[];
  /** Variable that said the option of each path. */
  readonly sources: Record<string, string>;
}

/** Reads a variable; what its parser finds wrong becomes warnings. An empty variable counts as unset. */
export function readVariable<T>(draft: Draft, name: string, path: string, parse: Parser<T>): T | undefined {
  const text = draft.env[name]?.trim();
  if (text === undefined || text === '') return undefined;
  const { value, faults } = parse(text);
  for (const { found, expected, fix } of faults) {
    draft.warnings.push({ path, found, expected, ...(fix === undefined ? {} : { fix }), source: name });
  }
  return value;
}

/** Warns of a variable that is fine by itself and yet has no effect. */
export function warnUnused(draft: Draft, name: string, path: string, expected: string): void {
  const found = describeValue(draft.env[name]);
  draft.warnings.push({ path, found, expected, fix: 'It is ignored.', source: name });
}

/** Sets the option at a dotted path; `false` and `true` on the way are replaced by settings. */
export function setOption(draft: Draft, path: string, value: unknown, variable: string): void {
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  let level = draft.options as Record<string, unknown>;
  for (const key of keys) {
    const next = level[key];
    const settings = typeof next === 'object' && next !== null ? next : {};
    level[key] = settings;
    level = settings as Record<string, unknown>;
  }
  level[last] = value;
  for (const known of Object.keys(draft.sources)) {
    if (known.startsWith(`${path}.`)) delete draft.sources[known];
  }
  draft.sources[path] = variable;
}
