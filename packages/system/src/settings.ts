import {
  describeValue,
  InstrumentError,
  type Problem,
  parseDuration,
  unknownKeys,
} from '@org/instrument-core';
import type { BuildOptions, SystemMetricsOptions } from './options.ts';

/** The groups of metrics, each an option that switches it off. */
export const GROUP_NAMES = [
  'cpu',
  'memory',
  'load',
  'paging',
  'disk',
  'filesystem',
  'network',
  'process',
  'eventLoop',
  'gc',
  'heap',
  'handles',
  'container',
  'build',
] as const;

/** Name of a group. */
export type GroupName = (typeof GROUP_NAMES)[number];

const LISTS = [
  'diskInclude',
  'diskExclude',
  'networkInclude',
  'networkExclude',
  'filesystemInclude',
  'filesystemExclude',
] as const;

const DIRECTORIES = ['procDirectory', 'cgroupDirectory'] as const;
const KEYS: readonly (keyof SystemMetricsOptions)[] = [
  ...GROUP_NAMES,
  ...LISTS,
  ...DIRECTORIES,
  'interval',
  'perCpu',
  'meterProvider',
];
const BUILD_KEYS = ['version', 'revision'];

/** Least of `interval`: below, a utilisation is that of a few clock ticks (10 ms on Linux). */
const LEAST_INTERVAL_MILLIS = 100;
const DEFAULT_INTERVAL_MILLIS = 10_000;

/** What the options come to. */
export interface Settings extends Readonly<Record<(typeof LISTS)[number], readonly string[]>> {
  readonly groups: readonly GroupName[];
  readonly build: BuildOptions;
  readonly intervalMillis: number;
  readonly perCpu: boolean;
  readonly procDirectory: string;
  readonly cgroupDirectory: string;
}

/** @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT` with all problems. */
export function settingsOf(options: SystemMetricsOptions): Settings {
  const problems = problemsOf(options);
  if (problems.length > 0) {
    throw new InstrumentError('INSTRUMENT_INVALID_ARGUMENT', 'System metrics cannot be started', problems);
  }
  return {
    groups: GROUP_NAMES.filter((name) => options[name] !== false),
    build: typeof options.build === 'object' ? options.build : {},
    intervalMillis: parseDuration(options.interval) ?? DEFAULT_INTERVAL_MILLIS,
    perCpu: options.perCpu ?? false,
    procDirectory: options.procDirectory ?? '/proc',
    cgroupDirectory: options.cgroupDirectory ?? '/sys/fs/cgroup',
    diskInclude: options.diskInclude ?? [],
    diskExclude: options.diskExclude ?? [],
    networkInclude: options.networkInclude ?? [],
    networkExclude: options.networkExclude ?? [],
    filesystemInclude: options.filesystemInclude ?? [],
    filesystemExclude: options.filesystemExclude ?? [],
  };
}

function problemsOf(given: unknown): Problem[] {
  if (!isRecord(given)) {
    return [{ path: '', found: describeValue(given), expected: 'an object of options' }];
  }
  const problems: Problem[] = unknownKeys(given, KEYS);
  const expect = (key: string, expected: string, accepts: (value: unknown) => boolean): void => {
    const value = given[key];
    if (value === undefined || accepts(value)) return;
    problems.push({ path: key, found: describeValue(value), expected });
  };
  for (const key of [...GROUP_NAMES.filter((name) => name !== 'build'), 'perCpu']) {
    expect(key, 'true or false', isBoolean);
  }
  expect('build', 'true, false or { version, revision }', (value) => isBoolean(value) || isRecord(value));
  if (isRecord(given.build)) {
    problems.push(...unknownKeys(given.build, BUILD_KEYS, 'build.'));
    for (const key of BUILD_KEYS) {
      const value = given.build[key];
      if (value === undefined || isText(value)) continue;
      problems.push({
        path: `build.${key}`,
        found: describeValue(value),
        expected: 'a text that is not empty',
      });
    }
  }
  for (const key of LISTS) expect(key, "a list of names such as 'eth*'", isTexts);
  for (const key of DIRECTORIES) expect(key, 'the path of a directory', isText);
  expect('interval', `a duration of at least ${LEAST_INTERVAL_MILLIS} ms, such as '10s'`, (value) => {
    const millis = parseDuration(value);
    return millis !== undefined && millis >= LEAST_INTERVAL_MILLIS;
  });
  expect('meterProvider', 'a MeterProvider, with getMeter()', (value) => {
    return typeof (value as { getMeter?: unknown } | null)?.getMeter === 'function';
  });
  return problems;
}

function isBoolean(value: unknown): boolean {
  return typeof value === 'boolean';
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value.trim() !== '';
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every(isText);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
