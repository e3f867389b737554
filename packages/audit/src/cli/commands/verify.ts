import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { reasonOf } from '@org/instrument-core';
import { splitNotes } from '../../checkpoint/split-notes.ts';
import { verifyJournal } from '../../verify/verify-journal.ts';
import type { Command, CommandStreams } from '../command.ts';
import { directoryOf } from './filter-options.ts';
import { KEY_USAGE, keyOptions, keysOf } from './key-options.ts';
import { runCommand, UsageError } from './run-command.ts';
import { describeVerification, isUndecided } from './verify-report.ts';
import { writeOut } from './write-out.ts';

/** Failures that `--all` shows at most. */
const ALL = 1_000;

const about = {
  name: 'verify',
  usage: `verify DIR ${KEY_USAGE} [--checkpoint FILE]… [--all] [--json]`,
  summary:
    'Checks a whole journal and names the first entry that is not as it was recorded; checkpoints are those kept elsewhere.',
};

/** Verifies a journal, which another process may be writing. */
export const verifyCommand: Command = {
  ...about,
  run: (args, streams) =>
    runCommand(about, streams, async () => {
      const { positionals, values } = parseArgs({
        args: [...args],
        allowPositionals: true,
        options: {
          ...keyOptions,
          checkpoint: { type: 'string', multiple: true },
          all: { type: 'boolean' },
          json: { type: 'boolean' },
        },
      });
      const directory = directoryOf(positionals);
      const progress = showProgress(streams);
      const verification = await verifyJournal(directory, {
        keys: values.key && keysOf(values.key),
        checkpoints: values.checkpoint?.flatMap(notesOf),
        maxFailures: values.all === true ? ALL : 1,
        onProgress: progress.show,
      }).finally(progress.clear);
      const report =
        values.json === true
          ? `${JSON.stringify(verification, null, 2)}\n`
          : describeVerification(verification, values.key !== undefined);
      await writeOut(streams.stdout, [report]);
      if (verification.ok) return 0;
      return isUndecided(verification) ? 3 : 1;
    }),
};

function notesOf(file: string): string[] {
  let notes: string[];
  try {
    notes = splitNotes(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UsageError(`the checkpoints ${file} cannot be read: ${reasonOf(error)}`);
  }
  if (notes.length === 0) throw new UsageError(`there is no checkpoint in ${file}`);
  return notes;
}

interface Progress {
  readonly show: (progress: { entries: number; bytes: number; totalBytes: number }) => void;
  readonly clear: () => void;
}

/** Shows on a terminal how far it is, on a line that is gone afterwards. */
function showProgress({ stderr }: CommandStreams): Progress {
  if ((stderr as Partial<NodeJS.WriteStream>).isTTY !== true) return { show: () => {}, clear: () => {} };
  const clear = '\r\u001b[K';
  return {
    show: ({ bytes, entries, totalBytes }) => {
      const percent = Math.floor((bytes / totalBytes) * 100);
      stderr.write(`${clear}${percent} %, ${entries.toLocaleString('en')} entries`);
    },
    clear: () => void stderr.write(clear),
  };
}
