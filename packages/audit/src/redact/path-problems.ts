import { describeValue, nearest, type Problem } from '@org/instrument-core';
import { ANY_DEPTH, ANY_KEY, pathWords } from './path-words.ts';

/** Fields of an operation that paths may lead to, and the fields of each; `undefined`: any key. */
const FIELDS: Readonly<Record<string, readonly string[] | undefined>> = {
  actor: ['id', 'type', 'name', 'address'],
  attributes: undefined,
  correlation: ['traceId', 'spanId', 'requestId', 'tenant'],
  durationMillis: [],
  error: ['type', 'message'],
  inputs: undefined,
  outputs: undefined,
  reason: [],
  startTime: [],
  target: ['id', 'type', 'name'],
};
const NAMES: readonly string[] = Object.keys(FIELDS);
/** Fields that say what was done, and how it ended: an entry without them would say nothing. */
const NEVER: readonly string[] = ['action', 'outcome'];

/** What is wrong with the paths for redaction: one that leads nowhere would leave open what was to be hidden. */
export function pathProblems(paths: unknown, prefix: string): Problem[] {
  if (paths === undefined) return [];
  if (!Array.isArray(paths)) {
    return [
      {
        path: prefix,
        found: describeValue(paths),
        expected: "a list of paths such as 'attributes.password'",
      },
    ];
  }
  return paths.flatMap((path: unknown, i) => {
    const problem = typeof path === 'string' ? problemOf(path) : { expected: 'a path, as text' };
    return problem === undefined ? [] : { path: `${prefix}[${i}]`, found: describeValue(path), ...problem };
  });
}

function problemOf(path: string): Pick<Problem, 'expected' | 'fix'> | undefined {
  const words = pathWords(path);
  if (words === undefined) {
    return {
      expected: 'keys, *, and ** separated by dots',
      fix: 'A star stands for a whole key; ** for any number of them.',
    };
  }
  const [first = '', second] = words;
  if (first === ANY_KEY || first === ANY_DEPTH) return undefined;
  if (NEVER.includes(first)) {
    return { expected: `a path that does not begin with ${first}`, fix: 'It is never redacted.' };
  }
  const name = find(NAMES, first);
  if (name === undefined) {
    const near = nearest(first, NAMES);
    const rest = path.slice(first.length);
    return {
      expected: `a path that begins with ${NAMES.join(', ')}, * or **`,
      fix:
        near !== undefined
          ? `Did you mean ${near}${rest}?`
          : `Did you mean attributes.${path}, or **.${path} for wherever it is?`,
    };
  }
  const fields = FIELDS[name];
  if (fields === undefined || second === undefined || second === ANY_KEY || second === ANY_DEPTH)
    return undefined;
  if (find(fields, second) !== undefined) return undefined;
  const near = nearest(second, fields);
  return {
    expected: fields.length === 0 ? `nothing below ${name}` : `one of ${fields.join(', ')} below ${name}`,
    fix: near === undefined ? 'Remove it.' : `Did you mean ${name}.${near}?`,
  };
}

function find(names: readonly string[], lower: string): string | undefined {
  return names.find((name) => name.toLowerCase() === lower);
}
