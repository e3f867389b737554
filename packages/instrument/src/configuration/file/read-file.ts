import { didYouMean, type Problem } from '@org/instrument-core';
import { inspect, type Origin } from '../inspect.ts';
import type { Layer } from '../merge.ts';
import { isWithin, joinPath, nearestAround } from '../path.ts';
import { mergeSources } from '../precedence.ts';
import { fileOptions } from '../schema/options-rule.ts';
import { isSettings } from '../schema/rule.ts';
import { findConfigurationFile } from './find-file.ts';
import { parseFile } from './parse-file.ts';
import type { Tree } from './read-tree.ts';

/** What the configuration file came to. Without a file, nothing. */
export interface FileReading {
  /** Path of the file. */
  readonly file?: string;
  /** The settings for the environment, overlay included. */
  readonly layer?: Layer;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
  /** Set when the file cannot be read: the error of the file system. */
  readonly cause?: unknown;
}

/** The environment named outside of the file, and where. */
export interface NamedEnvironment {
  readonly name: string;
  readonly source: string;
}

/**
 * Reads the configuration file, if there is one, and puts the settings of the environment over the common ones.
 * All overlays are inspected, used or not; of those not used, missing variables are no problem. Never throws.
 */
export function readConfigurationFile(
  env: NodeJS.ProcessEnv,
  cwd: string | undefined,
  named: NamedEnvironment | undefined,
): FileReading {
  const { file, problem, cause, warning } = findConfigurationFile(env, cwd);
  if (file === undefined) {
    return {
      problems: problem === undefined ? [] : [problem],
      warnings: warning === undefined ? [] : [warning],
      ...(cause === undefined ? {} : { cause }),
    };
  }
  const tree = parseFile(file, env);
  const origin = originOf(tree, file.name);
  const { value, problems } = inspect(fileOptions, tree.value, origin);
  const { environments, ...base } = isSettings(value) ? value : {};
  const overlays = isSettings(environments) ? environments : {};
  const sourceOf = (path: string) => origin.sourceOf?.(path, 'value') ?? file.name;
  const common: Layer = { values: base, sourceOf };
  const chosen = named ?? chosenIn(mergeSources([common]).values, env, file.name);
  const settings = chosen && Object.hasOwn(overlays, chosen.name) ? overlays[chosen.name] : undefined;
  const active = chosen && settings !== undefined ? joinPath('environments', chosen.name) : undefined;
  const missing = tree.missing.filter(
    ({ path }) => !isWithin(path, 'environments') || (active !== undefined && isWithin(path, active)),
  );
  const specific: Layer = {
    values: isSettings(settings) ? settings : {},
    sourceOf: (path) => sourceOf(`${active}.${path}`),
  };
  const merged = mergeSources([common, specific]);
  return {
    file: file.path,
    layer: { values: merged.values, sourceOf: (path) => nearestAround(merged.sources, path) ?? file.name },
    problems: [...tree.problems, ...missing, ...problems].sort(byLine),
    warnings: chosen === undefined || settings !== undefined ? [] : mistyped(chosen, Object.keys(overlays)),
  };
}

function byLine(a: Problem, b: Problem): number {
  const lineOf = ({ source }: Problem) => Number(/:(\d+)/.exec(source ?? '')?.[1] ?? 0);
  return lineOf(a) - lineOf(b);
}

function originOf(tree: Tree, name: string): Origin {
  return {
    place: 'file',
    reference: (path) => tree.references.get(path),
    sourceOf: (path, part) => {
      const lines = tree.lines.get(path) ?? nearestAround(tree.lines, path);
      return lines === undefined ? name : `${name}:${lines[part]}`;
    },
  };
}

function chosenIn(base: object, env: NodeJS.ProcessEnv, file: string): NamedEnvironment | undefined {
  const { environment } = base as { environment?: unknown };
  if (typeof environment === 'string') return { name: environment, source: file };
  const node = env.NODE_ENV?.trim();
  return node ? { name: node, source: 'NODE_ENV' } : undefined;
}

/** An environment without an overlay is usual; one whose name nearly has an overlay is a mistake. */
function mistyped({ name, source }: NamedEnvironment, names: readonly string[]): Problem[] {
  const fix = didYouMean(name, names);
  if (fix === undefined) return [];
  const expected = `one of ${names.join(', ')}`;
  return [
    {
      path: 'environments',
      found: `no settings for ${name}`,
      expected,
      fix,
      source,
    },
  ];
}
