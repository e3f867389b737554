import { parseArgs } from 'node:util';
import { buildLineage } from '../../lineage/build-lineage.ts';
import type { LineageGraph, LineageSubject } from '../../lineage/lineage.ts';
import { toMermaid } from '../../lineage/picture/mermaid.ts';
import { toSvg } from '../../lineage/picture/svg.ts';
import { queryJournal } from '../../query/query-journal.ts';
import type { Command } from '../command.ts';
import { harmlessJson } from '../harmless.ts';
import { directoryOf, timeOf, timeOptions } from './filter-options.ts';
import { inOptions } from './in-options.ts';
import { runCommand, UsageError } from './run-command.ts';
import { wholeNumber } from './whole-number.ts';
import { writeOut } from './write-out.ts';

const FORMATS: Readonly<Record<string, (graph: LineageGraph) => string>> = {
  mermaid: toMermaid,
  svg: toSvg,
  json: (graph) => harmlessJson(`${JSON.stringify(graph, null, 2)}\n`),
};
const DIRECTIONS = { ancestors: 'ancestors', descendants: 'descendants', both: 'related' } as const;

const about = {
  name: 'lineage',
  usage: `lineage DIR --dataset NAMESPACE NAME [--version VERSION] | --entry N [--direction ${Object.keys(DIRECTIONS).join('|')}] [--depth N] [--max-nodes N] [--format ${Object.keys(FORMATS).join('|')}] [--from TIME] [--to TIME]`,
  summary: 'Shows where a dataset came from and what was made of it, or the same of an entry.',
};

/** Draws the lineage of a dataset or an entry. */
export const lineageCommand: Command = {
  ...about,
  run: (args, streams) =>
    runCommand(about, streams, async () => {
      const { values, directory, subject } = parse(args);
      const { direction = 'both', format = 'mermaid', from, to } = values;
      const depth = wholeNumber('--depth', values.depth);
      const maxNodes = wholeNumber('--max-nodes', values['max-nodes'], 1);
      const draw = Object.hasOwn(FORMATS, format) ? FORMATS[format] : undefined;
      if (draw === undefined)
        throw new UsageError(`--format must be one of ${Object.keys(FORMATS).join(', ')}`);
      if (!Object.hasOwn(DIRECTIONS, direction)) {
        throw new UsageError(`--direction must be one of ${Object.keys(DIRECTIONS).join(', ')}`);
      }
      const lineage = await buildLineage(
        inOptions(() => queryJournal(directory, { from: timeOf(from), to: timeOf(to) })),
      );
      const graph = lineage[DIRECTIONS[direction as keyof typeof DIRECTIONS]](subject, { depth, maxNodes });
      if (graph.subjects.length === 0) {
        streams.stderr.write('lineage: nothing that was asked about was read or written in this journal\n');
        return 1;
      }
      await writeOut(streams.stdout, [draw(graph)]);
      if (graph.isTruncated) streams.stderr.write('lineage: there is more than is shown\n');
      return 0;
    }),
};

interface Parsed {
  readonly values: Readonly<
    Partial<Record<'direction' | 'format' | 'from' | 'to' | 'depth' | 'max-nodes', string>>
  >;
  readonly directory: string;
  readonly subject: LineageSubject;
}

function parse(args: readonly string[]): Parsed {
  const { values, tokens } = parseArgs({
    args: [...args],
    allowPositionals: true,
    tokens: true,
    options: {
      ...timeOptions,
      dataset: { type: 'string' },
      version: { type: 'string' },
      entry: { type: 'string' },
      direction: { type: 'string' },
      depth: { type: 'string' },
      'max-nodes': { type: 'string' },
      format: { type: 'string' },
    },
  });
  // `--dataset` takes two values, of which the parser knows one: the other is the argument right after it.
  const at = tokens.findIndex((token) => token.kind === 'option' && token.name === 'dataset');
  const following = tokens[at + 1];
  const second = at !== -1 && following?.kind === 'positional' ? following : undefined;
  const rest = tokens.flatMap((token) =>
    token.kind === 'positional' && token !== second ? [token.value] : [],
  );
  const directory = directoryOf(rest);
  const { dataset: namespace, version, ...others } = values;
  const entry = wholeNumber('--entry', values.entry);
  if ((namespace === undefined) === (entry === undefined)) {
    throw new UsageError('either --dataset NAMESPACE NAME or --entry N is needed');
  }
  if (entry !== undefined) return { values: others, directory, subject: { entry } };
  if (second === undefined) throw new UsageError('--dataset takes two values: NAMESPACE NAME');
  const dataset = { namespace: namespace ?? '', name: second.value, version };
  return { values: others, directory, subject: { dataset } };
}
