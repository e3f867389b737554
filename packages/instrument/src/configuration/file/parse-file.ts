import { errorTypeOf, type Problem } from '@org/instrument-core';
import type * as Yaml from 'yaml';
import { loadYaml } from '#yaml';
import type { FoundFile } from './find-file.ts';
import { jsonFaultIn } from './json-fault.ts';
import { readTree, type Tree } from './read-tree.ts';
import { faultOf } from './yaml-fault.ts';

/**
 * Parses a configuration file, YAML 1.2 (core schema) or JSON, and fills in its references. Never throws.
 */
export function parseFile({ name, text }: FoundFile, env: NodeJS.ProcessEnv): Tree {
  const yaml = loadYaml();
  const isJson = /\.json$/i.test(name);
  const lines = new yaml.LineCounter();
  const position = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${name}:${line}:${col}`;
  };
  let document: Yaml.Document.Parsed;
  try {
    const schema = isJson ? 'json' : 'core';
    document = yaml.parseDocument(text, {
      lineCounter: lines,
      schema,
      // They are found, and named, while the tree is read; here it would take a look at all keys for each.
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: 'error',
    });
  } catch (error) {
    return broken([syntaxProblem(name, `what the parser fails on (${errorTypeOf(error)})`, isJson, '')]);
  }
  // A warning is an unknown tag: its value would be something else than meant.
  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0) {
    const rows = text.split('\n');
    const problems = faults.map(({ code, pos }) => {
      const line = rows[lines.linePos(pos[0]).line - 1] ?? '';
      return syntaxProblem(position(pos[0]), faultOf(code, isJson), isJson, line);
    });
    // The parser tells some mistakes twice, for the value and for what it is in.
    return broken([...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()]);
  }
  // The parser takes some YAML in JSON (comments, trailing commas), which other readers of the file would refuse.
  const offset = isJson ? jsonFaultIn(text) : undefined;
  if (offset !== undefined) {
    return broken([syntaxProblem(position(offset), 'something that JSON does not allow', isJson, '')]);
  }
  return readTree(yaml, document, { name, env, lineOf: (offset) => lines.linePos(offset).line });
}

function syntaxProblem(source: string, found: string, isJson: boolean, line: string): Problem {
  const fix = isJson ? 'Comments and trailing commas need a .yaml file.' : yamlFix(line);
  const expected = `valid ${isJson ? 'JSON' : 'YAML'}`;
  return { path: '', found, expected, ...(fix === undefined ? {} : { fix }), source };
}

/** What the mistake was likely to be: in a flow collection the braces of `${NAME}` are those of a map. */
function yamlFix(line: string): string | undefined {
  if (/[{[].*\$\{/.test(line)) return `Put quotes around "\${NAME}" inside { } and [ ].`;
  const [, first] = /(?:^|[\s:[,-])([*!])/.exec(line) ?? [];
  return first === undefined ? undefined : `Put quotes around a text that starts with ${first}.`;
}

function broken(problems: readonly Problem[]): Tree {
  return { value: undefined, lines: new Map(), references: new Map(), problems, missing: [] };
}
