import { describeValue, didYouMean, type Problem, unknownKeys } from '@org/instrument-core';
import type { HealthQuery } from './health.ts';
import { throwProblems } from './registration/resolve-options.ts';
import type { Component } from './run/component.ts';

/** Of queries, and of `check()`. */
const KEYS: readonly string[] = ['probe', 'check', 'exclude', 'fresh'];

/** Probes that exist though no check names them. */
export const PROBES: readonly string[] = ['liveness', 'readiness', 'startup'];

/**
 * The components that a query is about, in the order of registration.
 *
 * @throws {InstrumentError} for names that are not known, with those that are.
 */
export function select(
  components: ReadonlyMap<string, Component>,
  probes: ReadonlySet<string>,
  query: HealthQuery,
): Component[] {
  const problems: Problem[] = unknownKeys(query, KEYS);
  const { probe, check } = query;
  const excluded = excludedBy(query);
  const known = [...components.keys()];
  if (probe !== undefined && !probes.has(probe)) {
    problems.push(unknown('probe', probe, [...probes], 'a probe or group that a check names'));
  }
  let selected = [...components.values()];
  if (probe !== undefined) selected = selected.filter(({ definition }) => definition.probes.includes(probe));
  const ofProbe = selected.map(({ definition }) => definition.name);
  if (check !== undefined && !(problems.length > 0 || ofProbe.includes(check))) {
    const what = probe === undefined ? 'a registered check' : `a check of ${probe}`;
    problems.push(unknown('check', check, ofProbe, what));
  }
  for (const name of excluded) {
    if (!components.has(name)) problems.push(unknown('exclude', name, known, 'a registered check'));
  }
  throwProblems('The health asked for is not known', problems);
  if (check !== undefined) selected = selected.filter(({ definition }) => definition.name === check);
  if (excluded.size === 0) return selected;
  return selected.filter(({ definition }) => !excluded.has(definition.name));
}

/** Names that a query leaves out; one alone means the same as a list of it. */
export function excludedBy({ exclude = [] }: HealthQuery): ReadonlySet<string> {
  return new Set(typeof exclude === 'string' ? [exclude] : exclude);
}

function unknown(path: string, value: unknown, known: readonly string[], what: string): Problem {
  const fix = didYouMean(value, known);
  const expected = known.length === 0 ? `${what}; there is none` : `${what}: ${known.join(', ')}`;
  return {
    path,
    found: describeValue(value),
    expected,
    ...(fix === undefined ? {} : { fix }),
  };
}
