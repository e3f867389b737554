import type { Problem } from '@org/instrument-core';
import type * as Yaml from 'yaml';
import type { Reference } from '../inspect.ts';
import { joinPath } from '../path.ts';
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
  if (++walk.nodes > MOST_NODES || depth > DEEPEST) {
    const limits = `at most ${MOST_NODES} values, ${DEEPEST} levels deep`;
    if (walk.nodes <= MOST_NODES + 1) addProblem(walk, path, 'too many values or levels', limits, line);
    return undefined;
  }
  if (yaml.isAlias(node)) {
    const target = node.resolve(walk.document);
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
  if (yaml.isMap(node)) return readMap(walk, node, path, depth);
  if (yaml.isSeq(node)) {
    return node.items.map((item, i) => readNode(walk, item, joinPath(path, i), line, depth + 1));
  }
  return yaml.isScalar(node) ? readScalar(walk, node, path, line) : undefined;
}

function readMap(walk: Walk, node: Yaml.YAMLMap, path: string, depth: number): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const { key, value } of node.items) {
    const line = walk.yaml.isNode(key) && key.range ? walk.lineOf(key.range[0]) : 1;
    if (!walk.yaml.isScalar(key)) {
      addProblem(walk, path, 'a key that is no text', 'text as key', line);
      continue;
    }
    const name = String(key.value);
    const read = readNode(walk, value, joinPath(path, name), line, depth + 1);
    // Not assigned: `__proto__` would become the prototype.
    Object.defineProperty(values, name, {
      value: read,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return values;
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

function addProblem(walk: Walk, path: string, found: string, expected: string, line: number): void {
  walk.problems.push({ path, found, expected, source: `${walk.name}:${line}` });
}
