import { parseArgs } from 'node:util';
import { toNdjson } from '../../lineage/export/ndjson.ts';
import { textChunks } from '../../lineage/export/text-chunks.ts';
import type { AuditQuery } from '../../query/query.ts';
import { queryJournal } from '../../query/query-journal.ts';
import { readSubjectKeys } from '../../subjects/read-subject-keys.ts';
import type { Command } from '../command.ts';
import { eachChunk, harmlessJson } from '../harmless.ts';
import { entryLine } from './entry-line.ts';
import { directoryOf, FILTER_USAGE, filterOptions, queryOf } from './filter-options.ts';
import { inOptions } from './in-options.ts';
import { matchingKeys } from './matching-keys.ts';
import { runCommand } from './run-command.ts';
import { writeOut } from './write-out.ts';

const about = {
  name: 'query',
  usage: `query DIR ${FILTER_USAGE} [--order ascending|descending] [--json] [--reveal]`,
  summary:
    'Prints the entries that match, one a line; times are ISO 8601, in UTC unless they name a zone, or a duration ago (2h), and --reveal shows what belongs to persons.',
};

/** Prints entries of a journal, which another process may be writing. */
export const queryCommand: Command = {
  ...about,
  run: (args, streams) =>
    runCommand(about, streams, async () => {
      const { values, positionals } = parseArgs({
        args: [...args],
        allowPositionals: true,
        options: {
          ...filterOptions,
          order: { type: 'string' },
          json: { type: 'boolean' },
          reveal: { type: 'boolean' },
        },
      });
      const directory = directoryOf(positionals);
      const query = { ...queryOf(values), order: values.order as AuditQuery['order'] };
      const isRevealed = values.reveal === true;
      const keys = isRevealed ? readSubjectKeys(directory) : matchingKeys(about, directory, streams);
      const entries = inOptions(() => queryJournal(directory, query, keys, isRevealed));
      await writeOut(
        streams.stdout,
        values.json === true ? eachChunk(toNdjson(entries), harmlessJson) : textChunks(entries, entryLine),
      );
      return 0;
    }),
};
