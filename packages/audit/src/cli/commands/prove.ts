import { parseArgs } from 'node:util';
import { proveEntry, proveGrowth } from '../../verify/make-proof.ts';
import type { Command } from '../command.ts';
import { harmlessJson } from '../harmless.ts';
import { runCommand, UsageError } from './run-command.ts';
import { wholeNumber } from './whole-number.ts';
import { writeOut } from './write-out.ts';

const about = {
  name: 'prove',
  usage: 'prove inclusion DIR INDEX | prove consistency DIR FROM [TO]',
  summary:
    'Writes a proof, as JSON, that an entry is in the journal, or that its first FROM entries are the beginning of the first TO.',
};

/** Makes proofs that can be checked without the journal. */
export const proveCommand: Command = {
  ...about,
  run: (args, streams) =>
    runCommand(about, streams, async () => {
      const { positionals } = parseArgs({ args: [...args], allowPositionals: true, options: {} });
      const [what, directory, first, second, unexpected] = positionals;
      if (what === undefined) throw new UsageError('inclusion or consistency is missing');
      if (what !== 'inclusion' && what !== 'consistency') {
        throw new UsageError(`"${what}" is neither inclusion nor consistency`);
      }
      if (directory === undefined) throw new UsageError('the directory of a journal is missing');
      if (unexpected !== undefined) throw new UsageError(`"${unexpected}" was not expected`);
      const name = what === 'inclusion' ? 'INDEX' : 'FROM';
      const from = wholeNumber(name, first);
      if (from === undefined) throw new UsageError(`${name} is missing`);
      if (what === 'inclusion') {
        if (second !== undefined) throw new UsageError(`"${second}" was not expected`);
        await writeOut(streams.stdout, [json(await proveEntry(directory, from))]);
      } else {
        const to = wholeNumber('TO', second);
        await writeOut(streams.stdout, [json(await proveGrowth(directory, from, to))]);
      }
      return 0;
    }),
};

function json(proof: object): string {
  return harmlessJson(`${JSON.stringify(proof, null, 2)}\n`);
}
