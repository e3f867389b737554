/** One line of samples. */
export interface ParsedSample {
  name: string;
  labels: Record<string, string>;
  value: string;
  timestamp: string | undefined;
  exemplar: { labels: Record<string, string>; value: string; timestamp: string | undefined } | undefined;
}

/** What the comments say of a family. */
export interface ParsedFamily {
  type: string | undefined;
  help: string | undefined;
  unit: string | undefined;
}

/** A parsed exposition; samples by {@link sampleKey}. */
export interface ParsedExposition {
  families: Map<string, ParsedFamily>;
  samples: Map<string, ParsedSample>;
}

const NAME = /^[A-Za-z_:][A-Za-z0-9_:]*/;
const LABEL = /^([A-Za-z_][A-Za-z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"/;
const VALUE = /^ (NaN|[+-]Inf|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)/;
const TIMESTAMP = /^ (-?\d+(?:\.\d+)?)/;

/** A sample's identity: its name and its labels, sorted. */
export function sampleKey(name: string, labels: Record<string, string>): string {
  return `${name} ${JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)))}`;
}

/**
 * A strict parser of both text formats: throws on a line that is not of the format, on a label or a series that comes
 * twice, on a second HELP, TYPE or UNIT, on a family whose samples are not together, and in OpenMetrics when `# EOF`
 * is not the last line.
 */
export function parseExposition(text: string, openMetrics = false): ParsedExposition {
  const families = new Map<string, ParsedFamily>();
  const samples = new Map<string, ParsedSample>();
  const closed = new Set<string>();
  let family = '';
  if (text !== '' && !text.endsWith('\n')) throw new Error('The last line does not end.');
  const lines = text.split('\n').slice(0, -1);
  if (openMetrics && lines.pop() !== '# EOF') throw new Error('# EOF is missing.');
  for (const line of lines) {
    if (line.startsWith('#')) {
      const match = /^# (HELP|TYPE|UNIT) (\S+) (.*)$/.exec(line);
      if (match === null) {
        if (!openMetrics) continue;
        throw new Error(`Not a comment of OpenMetrics: ${line}`);
      }
      const [, word, name, rest] = match as unknown as [string, 'HELP' | 'TYPE' | 'UNIT', string, string];
      if (name !== family) {
        if (closed.has(name)) throw new Error(`The family ${name} comes twice.`);
        closed.add(name);
        family = name;
        families.set(name, { type: undefined, help: undefined, unit: undefined });
      }
      const entry = families.get(name)!;
      const field = word.toLowerCase() as keyof ParsedFamily;
      if (entry[field] !== undefined) throw new Error(`A second ${word}: ${line}`);
      entry[field] = rest;
      continue;
    }
    const sample = parseSample(line, openMetrics);
    if (!sample.name.startsWith(family)) throw new Error(`A sample outside its family ${family}: ${line}`);
    const key = sampleKey(sample.name, sample.labels);
    if (samples.has(key)) throw new Error(`The series comes twice: ${line}`);
    samples.set(key, sample);
  }
  return { families, samples };
}

function parseSample(line: string, openMetrics: boolean): ParsedSample {
  let rest = line;
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    const match = pattern.exec(rest);
    if (match === null) return undefined;
    rest = rest.slice(match[0].length);
    return match;
  };
  const need = (pattern: RegExp): RegExpExecArray => {
    const match = take(pattern);
    if (match === undefined) throw new Error(`${pattern} does not match ${JSON.stringify(rest)} of: ${line}`);
    return match;
  };
  const labelSet = (): Record<string, string> => {
    const labels: Record<string, string> = {};
    if (take(/^}/)) return labels;
    do {
      const [, name, value] = need(LABEL) as unknown as [string, string, string];
      if (Object.hasOwn(labels, name)) throw new Error(`The label ${name} comes twice: ${line}`);
      labels[name] = value.replace(/\\(.)/g, (_all, char: string) => (char === 'n' ? '\n' : char));
    } while (take(/^,/));
    need(/^}/);
    return labels;
  };
  const [name] = need(NAME);
  const labels = take(/^{/) ? labelSet() : {};
  const value = need(VALUE)[1]!;
  const timestamp = take(TIMESTAMP)?.[1];
  let exemplar: ParsedSample['exemplar'];
  if (openMetrics && take(/^ # {/)) {
    exemplar = { labels: labelSet(), value: need(VALUE)[1]!, timestamp: take(TIMESTAMP)?.[1] };
  }
  if (rest !== '') throw new Error(`Left over ${JSON.stringify(rest)} of: ${line}`);
  return { name, labels, value, timestamp, exemplar };
}
