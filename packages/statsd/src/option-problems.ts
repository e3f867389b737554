import { describeValue, didYouMean, type Problem, parseDuration, unknownKeys } from '@org/instrument-core';
import { transportOf } from './destination.ts';
import { DIALECT_NAMES } from './dialect/create-dialect.ts';
import {
  CONTAINER_IDS,
  has,
  PACKED_VALUES,
  PROTOCOL_VERSIONS,
  type ProtocolVersion,
  TIMESTAMPS,
} from './dialect/dogstatsd.ts';
import type { StatsdOptions } from './options.ts';

const MAX_PORT = 65_535;
/** What fits into a Unix address, with the zero behind it (Linux, `sockaddr_un`); what is longer is cut off in silence. */
const MAX_PATH_BYTES = 107;
/** What a UDP datagram can hold: 65,535 less the headers of IPv4 and UDP. */
const MAX_PACKET_BYTES = 65_507;
/** Below this, hardly a line fits. */
const MIN_PACKET_BYTES = 64;

/** What is expected of an option's value. */
interface Check {
  readonly expected: string;
  accepts(value: unknown): boolean;
  fix?(value: unknown): string | undefined;
}

const oneOf = (words: readonly string[]): Check => ({
  expected: `one of ${words.join(', ')}`,
  accepts: (value) => words.includes(value as string),
  fix: (value) => didYouMean(value, words),
});

const integer = (least: number, most: number): Check => ({
  expected: `an integer from ${least} to ${most}`,
  accepts: (value) => Number.isInteger(value) && Number(value) >= least && Number(value) <= most,
});

const duration: Check = {
  expected: "a duration of at least 0, in milliseconds or such as '30s'",
  accepts: (value) => parseDuration(value) !== undefined,
};

const CHECKS: Readonly<Record<keyof StatsdOptions, Check>> = {
  dialect: oneOf(DIALECT_NAMES),
  transport: oneOf(['udp', 'tcp', 'unix', 'unix-datagram']),
  host: {
    expected: 'a host name or an IP address, without scheme and port',
    accepts: (value) => typeof value === 'string' && /^[^\s/[\]]+$/.test(value),
  },
  port: integer(1, MAX_PORT),
  family: { expected: '4 or 6', accepts: (value) => value === 4 || value === 6 },
  path: {
    expected: `a path of at most ${MAX_PATH_BYTES} bytes`,
    accepts: (value) =>
      typeof value === 'string' && value !== '' && Buffer.byteLength(value) <= MAX_PATH_BYTES,
  },
  framing: oneOf(['newline', 'length']),
  prefix: {
    expected: 'a text of letters, digits and . _ -',
    accepts: (value) => typeof value === 'string' && /^[A-Za-z0-9_.-]*$/.test(value),
  },
  tags: {
    expected: 'tags, as { key: value }',
    accepts: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  },
  resourceTags: { expected: 'a regular expression', accepts: isPattern },
  histograms: oneOf(['samples', 'statistics', 'both']),
  sampleType: oneOf(['d', 'h', 'ms']),
  quantiles: {
    expected: 'a list of numbers between 0 and 1, of at most six decimals',
    accepts: (value) => Array.isArray(value) && value.every(isQuantile),
  },
  protocolVersion: oneOf(PROTOCOL_VERSIONS),
  packedValues: { expected: 'true or false', accepts: (value) => typeof value === 'boolean' },
  containerId: {
    expected: 'true, false or an id',
    accepts: (value) => typeof value === 'boolean' || (typeof value === 'string' && value !== ''),
  },
  timestamps: { expected: 'true or false', accepts: (value) => typeof value === 'boolean' },
  maxPacketBytes: integer(MIN_PACKET_BYTES, MAX_PACKET_BYTES),
  maxBufferBytes: integer(0, Number.MAX_SAFE_INTEGER),
  dnsRefresh: duration,
  timeout: duration,
};

/** Everything that is wrong with the options. */
export function optionProblems(options: StatsdOptions): Problem[] {
  const given = options as Readonly<Record<string, unknown>>;
  const wrong = Object.entries(CHECKS).flatMap(([path, { expected, accepts, fix }]): Problem[] => {
    const value = given[path];
    if (value === undefined || accepts(value)) return [];
    return [problem(path, value, expected, fix?.(value))];
  });
  const problems = [...unknownKeys(options, Object.keys(CHECKS)), ...wrong];
  return problems.length > 0 ? problems : relationProblems(options);
}

/** Options that do not go together; each is right by itself. */
function relationProblems(options: StatsdOptions): Problem[] {
  const { dialect = 'dogstatsd', path } = options;
  const transport = transportOf(options);
  const problems: Problem[] = [];
  const isUnix = transport === 'unix' || transport === 'unix-datagram';
  if (isUnix && path === undefined) {
    problems.push(problem('path', path, `the file of the socket, since transport is ${transport}`));
  }
  if (!isUnix && path !== undefined) {
    const fix = `Set transport to 'unix' or 'unix-datagram', or remove path.`;
    problems.push(problem('path', path, `nothing, since transport is ${transport}`, fix));
  }
  for (const key of ['host', 'port', 'family'] as const) {
    if (isUnix && options[key] !== undefined) {
      problems.push(problem(key, options[key], `nothing, since transport is ${transport}`, 'Remove it.'));
    }
  }
  if (transport !== 'unix' && options.framing !== undefined) {
    problems.push(problem('framing', options.framing, 'transport to be unix beside it', 'Remove it.'));
  }
  const version: ProtocolVersion = options.protocolVersion ?? '1.0';
  for (const [key, since, isUsed] of [
    ['protocolVersion', '1.0', options.protocolVersion !== undefined],
    ['packedValues', PACKED_VALUES, options.packedValues === true],
    ['containerId', CONTAINER_IDS, typeof options.containerId === 'string'],
    ['timestamps', TIMESTAMPS, options.timestamps === true],
  ] as const) {
    if (!isUsed) continue;
    if (dialect !== 'dogstatsd') {
      problems.push(problem(key, options[key], 'dialect to be dogstatsd beside it', 'Remove it.'));
    } else if (!has(version, since)) {
      const fix = `Set protocolVersion: '${since}'.`;
      problems.push(problem(key, options[key], `protocolVersion of at least ${since} beside it`, fix));
    }
  }
  return problems;
}

function isPattern(value: unknown): boolean {
  if (value instanceof RegExp) return true;
  try {
    return typeof value === 'string' && new RegExp(value) !== undefined;
  } catch {
    return false;
  }
}

function isQuantile(value: unknown): boolean {
  return typeof value === 'number' && value > 0 && value < 1 && /^0\.\d{1,6}$/.test(String(value));
}

function problem(path: string, value: unknown, expected: string, fix?: string): Problem {
  return { path, found: describeValue(value), expected, ...(fix === undefined ? {} : { fix }) };
}
