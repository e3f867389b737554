import { parseArgs } from 'node:util';
import { CONTENDERS, type Contender } from './contenders.ts';

/** Settings of the command line. */
export interface MacroOptions {
  /** Rounds of each contender. */
  readonly laps: number;
  /** Time that is measured of each round. */
  readonly seconds: number;
  /** Load before that: most code is compiled after about 20,000 requests. */
  readonly warmUpSeconds: number;
  /** Connections, each with one request after the other. */
  readonly connections: number;
  /** Those that are measured; results are written only for all. */
  readonly contenders: readonly Contender[];
  /** URL of a Postgres for the service's orders, which empties the tables that it makes there. Without one, none are kept. */
  readonly postgres: string | undefined;
  /** In place of rounds: seconds, in fours, in which each process is with its telemetry and without in turn. */
  readonly turns: number | undefined;
  /** Folder for profiles of the CPU, which are taken in place of a comparison. */
  readonly profile: string | undefined;
}

/**
 * Reads `--laps 10 --seconds 3 --warm-up 2 --connections 20 --only instrument,bare --postgres URL --profile FOLDER --turns 100`.
 *
 * @throws {TypeError} for a flag that it does not know, or a contender.
 */
export function parseOptions(args: string[]): MacroOptions {
  const { values } = parseArgs({
    args: args.filter((arg) => arg !== '--'),
    options: {
      laps: { type: 'string', default: '9' },
      seconds: { type: 'string', default: '2' },
      'warm-up': { type: 'string', default: '3' },
      connections: { type: 'string', default: '20' },
      only: { type: 'string' },
      postgres: { type: 'string' },
      profile: { type: 'string' },
      turns: { type: 'string' },
    },
  });
  const names = values.only?.split(',');
  const unknown = names?.filter((name) => !CONTENDERS.some((contender) => contender.name === name)) ?? [];
  if (unknown.length > 0) throw new TypeError(`There is no contender ${unknown.join(', ')}`);
  return {
    laps: Number(values.laps),
    seconds: Number(values.seconds),
    warmUpSeconds: Number(values['warm-up']),
    connections: Number(values.connections),
    contenders: CONTENDERS.filter(({ name }) => names?.includes(name) ?? true),
    postgres: values.postgres,
    profile: values.profile,
    turns: values.turns === undefined ? undefined : Number(values.turns),
  };
}
