import { readFileSync } from 'node:fs';
import type { Command, CommandStreams } from './command.ts';
import { checkCommand } from './commands/check.ts';
import { exportCommand } from './commands/export.ts';
import { lineageCommand } from './commands/lineage.ts';
import { proveCommand } from './commands/prove.ts';
import { queryCommand } from './commands/query.ts';
import { verifyCommand } from './commands/verify.ts';
import { writeOut } from './commands/write-out.ts';

const COMMANDS: readonly Command[] = [
  verifyCommand,
  proveCommand,
  checkCommand,
  queryCommand,
  exportCommand,
  lineageCommand,
];

/** Runs `instrument-audit` on its arguments; resolves to the exit code: 0 good, 1 not, 2 wrong use, 3 undecided. */
export async function runCli(args: readonly string[], streams: CommandStreams): Promise<number> {
  const [name, ...rest] = args;
  if (name === '--version' || name === '-v') {
    await writeOut(streams.stdout, [`${version()}\n`]);
    return 0;
  }
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    return showHelp(name === undefined ? undefined : rest[0], streams, name === undefined ? 2 : 0);
  }
  const command = COMMANDS.find((one) => one.name === name);
  if (command === undefined) return refuse(name, streams);
  if (rest.includes('--help') || rest.includes('-h')) return showHelp(name, streams, 0);
  return command.run(rest, streams);
}

/** The help of one command or of all; what was not asked for goes to `stderr`. */
async function showHelp(name: string | undefined, streams: CommandStreams, code: number): Promise<number> {
  const shown = name === undefined ? COMMANDS : COMMANDS.filter((command) => command.name === name);
  if (shown.length === 0) return refuse(name ?? '', streams);
  const lines = shown.flatMap(({ summary, usage }) => [`instrument-audit ${usage}`, `    ${summary}`, '']);
  const rest =
    name === undefined
      ? [
          'instrument-audit help [COMMAND] | --version',
          '',
          'Exit codes: 0 all is well, 1 something is not, 2 wrong use,',
          '3 undecided: a journal changed faster than it could be verified.',
        ]
      : [];
  await writeOut(code === 0 ? streams.stdout : streams.stderr, [
    `${[...lines, ...rest].join('\n').trimEnd()}\n`,
  ]);
  return code;
}

function refuse(name: string, { stderr }: CommandStreams): number {
  const names = COMMANDS.map((command) => command.name).join(', ');
  stderr.write(`There is no command ${JSON.stringify(name)}; there are ${names} and help.\n`);
  return 2;
}

function version(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
