import { parseArgs } from 'node:util';
import { toCsv } from '../../lineage/export/csv.ts';
import { toNdjson } from '../../lineage/export/ndjson.ts';
import { toOcsf } from '../../lineage/export/ocsf.ts';
import { toOpenLineage } from '../../lineage/export/open-lineage.ts';
import type { AuditEntry } from '../../operation/entry.ts';
import { queryJournal } from '../../query/query-journal.ts';
import { readOrigin } from '../../query/read-origin.ts';
import { readSubjectKeys } from '../../subjects/read-subject-keys.ts';
import type { Command } from '../command.ts';
import { eachChunk, harmlessJson, harmlessTable } from '../harmless.ts';
import { directoryOf, FILTER_USAGE, filterOptions, queryOf } from './filter-options.ts';
import { inOptions } from './in-options.ts';
import { matchingKeys } from './matching-keys.ts';
import { runCommand, UsageError } from './run-command.ts';
import { writeOut } from './write-out.ts';

type Format = (
  entries: AsyncIterable<AuditEntry>,
  to: { readonly origin: string; readonly isTerminal: boolean },
) => AsyncIterable<string>;

const FORMATS: Readonly<Record<string, Format>> = {
  openlineage: (entries, { origin }) => eachChunk(toOpenLineage(entries, { origin }), harmlessJson),
  ocsf: (entries) => eachChunk(toOcsf(entries), harmlessJson),
  // CSV has no escapes: in a file and for a program it stays as it is.
  csv: (entries, { isTerminal }) => (isTerminal ? eachChunk(toCsv(entries), harmlessTable) : toCsv(entries)),
  ndjson: (entries) => eachChunk(toNdjson(entries), harmlessJson),
};

const about = {
  name: 'export',
  usage: `export DIR --format ${Object.keys(FORMATS).join('|')} ${FILTER_USAGE} [--reveal]`,
  summary: 'Writes the entries that match as OpenLineage events, OCSF records, CSV or NDJSON.',
};

/** Writes entries of a journal in a format of others, oldest first. */
export const exportCommand: Command = {
  ...about,
  run: (args, streams) =>
    runCommand(about, streams, async () => {
      const { values, positionals } = parseArgs({
        args: [...args],
        allowPositionals: true,
        options: { ...filterOptions, format: { type: 'string' }, reveal: { type: 'boolean' } },
      });
      const directory = directoryOf(positionals);
      const format = Object.hasOwn(FORMATS, values.format ?? '') ? FORMATS[values.format ?? ''] : undefined;
      if (format === undefined) {
        throw new UsageError(`--format must be one of ${Object.keys(FORMATS).join(', ')}`);
      }
      const isRevealed = values.reveal === true;
      const keys = isRevealed ? readSubjectKeys(directory) : matchingKeys(about, directory, streams);
      const entries = inOptions(() => queryJournal(directory, queryOf(values), keys, isRevealed));
      const origin = (await readOrigin(directory)) ?? 'instrument-audit';
      const { isTTY: isTerminal = false } = streams.stdout as Partial<NodeJS.WriteStream>;
      await writeOut(streams.stdout, format(entries, { origin, isTerminal }));
      return 0;
    }),
};
