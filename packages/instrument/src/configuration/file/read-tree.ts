import type { Problem } from '@org/instrument-core';
import type * as Yaml from 'yaml';
import type { Reference } from '../inspect.ts';
import { joinPath } from '../path.ts';
import { findTargets } from './alias-targets.ts';
import { isMergeKey, MERGE_KEY } from './merge-key.ts';
import { substitute } from './substitute.ts';

/** The lines of one entry. */
export interface Lines {
  readonly key: number;
  readonly value: number;
}

/** A file as plain values, with where each stands and which held references. Keys are paths. */
export interface Tree {
  readonly value: unknown;
  readonly lines: ReadonlyMap<string, Lines>;
  readonly references: ReadonlyMap<string, Reference>;
  readonly problems: readonly Problem[];
  /** References to variables that are not set: problems only where the value is used. */
  readonly missing: readonly Problem[];
}

/** Where the nodes come from. */
export interface TreeSource {
  readonly name: string;
  readonly env: NodeJS.ProcessEnv;
  lineOf(offset: number): number;
}

interface Walk extends TreeSource {
  readonly yaml: typeof Yaml;
  readonly document: Yaml.Document.Parsed;
  readonly lines: Map<string, Lines>;
  readonly references: Map<string, Reference>;
  readonly problems: Problem[];
  readonly missing: Problem[];
  /** What each alias stands for; found with the first of them. */
  targets?: ReadonlyMap<Yaml.Alias, Yaml.Node>;
  nodes: number;
}

/** Far more than any configuration has, and few enough that aliases of aliases cannot fill the memory. */
const MOST_NODES = 20_000;
const DEEPEST = 64;

/** Turns a parsed document into plain values, references filled in after parsing, so that they cannot change its structure. */
export function readTree(yaml: typeof Yaml, document: Yaml.Document.Parsed, source: TreeSource): Tree {
  const walk: Walk = {
    ...source,
    yaml,
    document,
    lines: new Map(),
    references: new Map(),
    problems: [],
    missing: [],
    nodes: 0,
  };
  const value = readNode(walk, document.contents, '', 1, 0);
  const { lines, references, problems, missing } = walk;
  return { value, lines, references, problems, missing };
}

function readNode(walk: Walk, node: unknown, path: string, keyLine: number, depth: number): unknown {
  const { yaml } = walk;
  const line = yaml.isNode(node) && node.range ? walk.lineOf(node.range[0]) : keyLine;
  if (!walk.lines.has(path)) walk.lines.set(path, { key: keyLine, value: line });
  if (isBeyondLimits(walk, path, line, depth)) return undefined;
  if (yaml.isAlias(node)) {
    const target = targetOf(walk, node);
    if (target !== undefined) return readNode(walk, target, path, keyLine, depth + 1);
    addProblem(
      walk,
      path,
      'an alias of nothing',
      'a value, or quotes around a text that starts with *',
      line,
    );
    return undefined;
  }
  if (yaml.isMap(node)) {
    const values: Record<string, unknown> = {};
    readEntries(walk, node, path, depth, values);
    return values;
  }
  if (yaml.isSeq(node)) {
    return node.items.map((item, i) => readNode(walk, item, joinPath(path, i), line, depth + 1));
  }
  return yaml.isScalar(node) ? readScalar(walk, node, path, line) : undefined;
}

/** Counts a node. What is beyond the limits is a problem once, after which nothing more is read. */
function isBeyondLimits(walk: Walk, path: string, line: number, depth: number): boolean {
  if (++walk.nodes <= MOST_NODES && depth <= DEEPEST) return false;
  const limits = `at most ${MOST_NODES} values, ${DEEPEST} levels deep`;
  if (Number.isFinite(walk.nodes)) addProblem(walk, path, 'too many values or levels', limits, line);
  walk.nodes = Number.POSITIVE_INFINITY;
  return true;
}

/** Adds the entries of a map to `values`, then those of the maps that its merge key names. What is there stays. */
function readEntries(
  walk: Walk,
  node: Yaml.YAMLMap,
  path: string,
  depth: number,
  values: Record<string, unknown>,
): void {
  const lines = new Map<string, number>();
  let merged: (() => void) | undefined;
  for (const { key, value } of node.items) {
    const line = walk.yaml.isNode(key) && key.range ? walk.lineOf(key.range[0]) : 1;
    if (!walk.yaml.isScalar(key)) {
      addProblem(walk, path, 'a key that is no text', 'text as key', line);
      continue;
    }
    const isMerge = isMergeKey(key);
    const name = isMerge ? MERGE_KEY : String(key.value);
    const first = lines.get(name);
    if (first !== undefined) {
      const fix = isMerge ? 'Write one, with a list: <<: [*a, *b].' : 'Remove one of the two.';
      addProblem(walk, joinPath(path, name), `a key that line ${first} has already`, 'it once', line, fix);
      continue;
    }
    lines.set(name, line);
    if (isMerge) merged = () => readMerged(walk, value, path, line, depth + 1, values);
    else if (!Object.hasOwn(values, name)) {
      const read = readNode(walk, value, joinPath(path, name), line, depth + 1);
      // Not assigned: `__proto__` would become the prototype.
      Object.defineProperty(values, name, {
        value: read,
        enumerable: true,
        configurable: true,
        writable: true,
      });
    }
  }
  merged?.();
}

/** Adds what a merge key names: a map, or a list of maps, of which the first that has a key gives its value. */
function readMerged(
  walk: Walk,
  node: unknown,
  path: string,
  line: number,
  depth: number,
  values: Record<string, unknown>,
): void {
  const { yaml } = walk;
  if (isBeyondLimits(walk, path, line, depth)) return;
  const target = yaml.isAlias(node) ? targetOf(walk, node) : node;
  if (yaml.isMap(target)) readEntries(walk, target, path, depth, values);
  else if (yaml.isSeq(target)) {
    for (const item of target.items) readMerged(walk, item, path, line, depth + 1, values);
  } else {
    const found = yaml.isAlias(node) && target === undefined ? 'an alias of nothing' : 'no map';
    addProblem(walk, joinPath(path, MERGE_KEY), found, 'the alias of a map, or a list of such', line);
  }
}

function targetOf(walk: Walk, alias: Yaml.Alias): Yaml.Node | undefined {
  walk.targets ??= findTargets(walk.yaml, walk.document);
  return walk.targets.get(alias);
}

function readScalar(walk: Walk, scalar: Yaml.Scalar, path: string, line: number): unknown {
  const { value } = scalar;
  if (typeof value !== 'string') {
    if (value === null || typeof value === 'number' || typeof value === 'boolean') return value;
    addProblem(walk, path, `a value of the tag ${scalar.tag}`, 'a text, a number, true or false', line);
    return undefined;
  }
  const { text, referred, faults } = substitute(value, walk.env);
  for (const { missing, ...fault } of faults) {
    (missing ? walk.missing : walk.problems).push({ path, ...fault, source: `${walk.name}:${line}` });
  }
  if (!referred) return text;
  walk.references.set(path, { text, resolved: faults.length === 0 });
  return scalar.type === 'PLAIN' && scalar.tag === undefined ? resolvePlain(walk, text) : text;
}

/** Reads an unquoted scalar as the parser would have, had the text stood in the file. */
function resolvePlain({ yaml, document }: Walk, text: string): unknown {
  for (const tag of document.schema.tags) {
    if (tag.default !== true || !('test' in tag) || !tag.test?.test(text)) continue;
    const resolved = tag.resolve(text, () => {}, document.options as never);
    // Most tags give a node, that of whole numbers the number.
    return yaml.isScalar(resolved) ? resolved.value : resolved;
  }
  return text;
}

function addProblem(
  walk: Walk,
  path: string,
  found: string,
  expected: string,
  line: number,
  fix?: string,
): void {
  const source = `${walk.name}:${line}`;
  walk.problems.push({ path, found, expected, ...(fix === undefined ? {} : { fix }), source });
}
