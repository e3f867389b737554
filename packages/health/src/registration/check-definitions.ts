import { describeValue, didYouMean, InstrumentError, type Problem } from '@org/instrument-core';
import { type Dependencies, findCycle } from '../graph/find-cycle.ts';
import type { Graph } from '../graph/graph.ts';
import type { CheckDefinition } from '../health.ts';
import { type ResolvedCheck, resolveCheck, throwProblems } from './resolve-options.ts';

/** Where definitions come to. */
export interface Registration {
  /** What is registered under a name. */
  registered(name: string): ResolvedCheck | undefined;
  /** Names that are registered, for messages. */
  names(): readonly string[];
  /** Probes and groups that exist. */
  readonly probes: ReadonlySet<string>;
  /** Names that registered checks may depend on, and that are not registered. */
  readonly awaited: ReadonlySet<string>;
  readonly summary: string;
  /** Path of the list they stand in; empty for a single one, which may name what is registered later. */
  readonly path: string;
}

/** A definition of which nothing is known yet. */
export interface UncheckedDefinition {
  readonly name: unknown;
  readonly check: unknown;
  readonly options: unknown;
}

/** The items of a list that `registerAll` was given, whatever it is. */
export function uncheckedDefinitions(list: readonly CheckDefinition[]): UncheckedDefinition[] {
  if (!Array.isArray(list)) {
    const problem = {
      path: 'checks',
      found: describeValue(list),
      expected: 'a list of { name, check, …options }',
    };
    throwProblems('The health checks are wrong', [problem]);
  }
  return list.map((item) => {
    if (typeof item !== 'object' || item === null)
      return { name: undefined, check: undefined, options: item };
    const { name, check, ...options } = item as Partial<CheckDefinition>;
    return { name, check, options };
  });
}

/**
 * Checks definitions against each other and against what is registered.
 *
 * @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT` with all problems.
 */
export function checkDefinitions(
  definitions: readonly UncheckedDefinition[],
  { registered, names, probes, awaited, summary, path }: Registration,
): ResolvedCheck[] {
  const problems: Problem[] = [];
  const added = new Map<string, ResolvedCheck>();
  const find = (name: string): ResolvedCheck | undefined => added.get(name) ?? registered(name);
  const known = (): string[] => [...names(), ...added.keys()];
  const resolved = definitions.map(({ name, check, options }, i) => {
    const prefix = path === '' ? '' : `${path}[${i}].`;
    const result = resolveCheck(name, check, options, problems, prefix);
    if (typeof name !== 'string') return result;
    if (find(name) !== undefined) problems.push(duplicate(name, prefix, known()));
    else added.set(name, result);
    return result;
  });
  const groups = new Set(resolved.flatMap((check) => check.probes));
  const ambiguous = [
    ...[...added.keys()].filter((name) => probes.has(name) || groups.has(name)),
    ...[...groups].filter((group) => registered(group) !== undefined),
  ];
  problems.push(...ambiguous.map(namedAsProbe));
  if (path !== '') problems.push(...unknownDependencies(resolved, find, known, path));
  throwProblems(summary, problems);
  // What nobody depends on closes no cycle but with itself, or with those that come along with it.
  const suspects =
    resolved.length > 1
      ? resolved
      : resolved.filter(({ name, dependsOn }) => awaited.has(name) || dependsOn.includes(name));
  refuseCycle(suspects, (name) => find(name)?.dependsOn, summary);
  return resolved;
}

/**
 * Looks for dependencies that are not registered; for one of that name alone, where it is given.
 *
 * @throws {InstrumentError} listing them, with what is known.
 */
export function missingDependencies({ missing }: Graph, known: readonly string[], only?: string): void {
  const problems = [...missing].flatMap(([name, all]) =>
    all
      .filter((dependency) => only === undefined || dependency === only)
      .map((dependency) => unknownDependency(`${name}.dependsOn`, dependency, known)),
  );
  throwProblems('Health checks depend on what is not registered', problems);
}

function unknownDependencies(
  resolved: readonly ResolvedCheck[],
  find: (name: string) => ResolvedCheck | undefined,
  known: () => readonly string[],
  path: string,
): Problem[] {
  return resolved.flatMap(({ dependsOn }, i) =>
    dependsOn
      .filter((dependency) => find(dependency) === undefined)
      .map((dependency) => unknownDependency(`${path}[${i}].dependsOn`, dependency, known())),
  );
}

function unknownDependency(path: string, dependency: string, known: readonly string[]): Problem {
  return {
    path,
    found: describeValue(dependency),
    expected: `a registered check: ${known.join(', ')}`,
    fix: didYouMean(dependency, known) ?? 'Register it, or take it off the list.',
  };
}

function duplicate(name: string, prefix: string, known: readonly string[]): Problem {
  return {
    path: `${prefix}name`,
    found: describeValue(name),
    expected: `a name that is not taken; taken are ${known.join(', ')}`,
    fix: 'Choose another name, or unregister() the other check first.',
  };
}

function namedAsProbe(name: string): Problem {
  return {
    path: 'name',
    found: describeValue(name),
    expected: 'a name that no probe or group has: both are asked for by URL',
    fix: 'Rename the check or the group.',
  };
}

function refuseCycle(suspects: readonly ResolvedCheck[], dependsOn: Dependencies, summary: string): void {
  const cycle = findCycle(
    suspects.map(({ name }) => name),
    dependsOn,
  );
  if (cycle === undefined) return;
  throw new InstrumentError('INSTRUMENT_INVALID_ARGUMENT', summary, [
    {
      path: 'dependsOn',
      found: `the cycle ${cycle.join(' → ')}`,
      expected: 'dependencies without a cycle',
      fix: 'Take one of them off: nothing in a cycle could be told to be the cause.',
    },
  ]);
}
