import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { reasonOf } from '@org/instrument-core';
import { checkProof } from '../../verify/check-proof.ts';
import type { Command } from '../command.ts';
import { visibleLines } from '../visible-lines.ts';
import { KEY_USAGE, keyOptions, keysOf } from './key-options.ts';
import { runCommand, UsageError } from './run-command.ts';
import { writeOut } from './write-out.ts';

const about = {
  name: 'check',
  usage: `check PROOF.json ${KEY_USAGE} [--json]`,
  summary: 'Checks a proof with nothing but the keys that are trusted; at least one is needed.',
};

/** Checks a proof that `prove` has made. */
export const checkCommand: Command = {
  ...about,
  run: (args, streams) =>
    runCommand(about, streams, async () => {
      const { positionals, values } = parseArgs({
        args: [...args],
        allowPositionals: true,
        options: { ...keyOptions, json: { type: 'boolean' } },
      });
      const [file, unexpected] = positionals;
      if (file === undefined) throw new UsageError('the file of a proof is missing');
      if (unexpected !== undefined) throw new UsageError(`"${unexpected}" was not expected`);
      if (values.key === undefined)
        throw new UsageError('--key is missing: a proof is worth what its key is');
      const check = checkProof(read(file), keysOf(values.key));
      const lines = check.ok
        ? [`OK: ${check.statement}`, `  signed with  ${check.key}`]
        : [`FAILED: ${check.problem}`];
      await writeOut(streams.stdout, [
        values.json === true ? `${JSON.stringify(check, null, 2)}\n` : visibleLines(lines),
      ]);
      return check.ok ? 0 : 1;
    }),
};

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`the proof ${file} cannot be read: ${reasonOf(error)}`);
  }
}
