import {
  type Duration,
  describeValue,
  InstrumentError,
  ownText,
  type Problem,
  parseDuration,
  unknownKeys,
} from '@org/instrument-core';
import type { CheckFunction, CheckKind, CheckOptions, RecoveryOptions } from '../check.ts';
import type { RecoverySettings } from '../run/recovery.ts';

/** A check as it was registered, defaults filled in. */
export interface ResolvedCheck {
  readonly name: string;
  readonly check: CheckFunction;
  readonly kind: CheckKind;
  readonly critical: boolean;
  readonly dependsOn: readonly string[];
  readonly timeoutMillis: number;
  readonly intervalMillis: number;
  readonly downIntervalMillis: number;
  readonly cacheTtlMillis: number;
  readonly failureThreshold: number;
  readonly successThreshold: number;
  readonly probes: readonly string[];
  readonly shared: boolean;
  readonly recovery: RecoverySettings | undefined;
}

const KINDS: readonly CheckKind[] = ['component', 'system', 'business'];
/** Keys of {@link CheckOptions}; the compiler misses one that is added there. */
const KEYS: Readonly<Record<keyof CheckOptions, true>> = {
  kind: true,
  critical: true,
  dependsOn: true,
  timeout: true,
  interval: true,
  downInterval: true,
  cacheTtl: true,
  failureThreshold: true,
  successThreshold: true,
  probes: true,
  shared: true,
  recover: true,
};
const RECOVERY_KEYS: Readonly<Record<keyof RecoveryOptions, true>> = {
  action: true,
  initialDelay: true,
  maxDelay: true,
  timeout: true,
  maxAttempts: true,
};
const DEFAULT_TIMEOUT_MILLIS = 5_000;
const DEFAULT_INTERVAL_MILLIS = 30_000;
const DEFAULT_DOWN_INTERVAL_MILLIS = 5_000;
const DEFAULT_CACHE_TTL_MILLIS = 30_000;
const DEFAULT_RECOVERY: Readonly<Record<'initialDelay' | 'maxDelay' | 'timeout', number>> = {
  initialDelay: 1_000,
  maxDelay: 300_000,
  timeout: 30_000,
};
/** What a background run costs at least a millisecond of, a hundred times a second is beyond any use. */
const LEAST_INTERVAL_MILLIS = 10;
/** A threshold beyond this would take hours to be reached: a slip of the finger. */
const MOST_RESULTS = 1_000;
/** Names go into URLs, labels and log lines. */
const NAME = /^[^\s/?#,\p{Cc}](?:[^/?#,\p{Cc}]{0,126}[^\s/?#,\p{Cc}])?$/u;

type Complain = (path: string, value: unknown, expected: string, fix?: string) => void;

/**
 * Checks what was given to `register` and fills in the defaults. Problems are added to `problems`, their paths after
 * `prefix`; with any, the result is not to be used.
 */
export function resolveCheck(
  name: unknown,
  check: unknown,
  options: unknown,
  problems: Problem[],
  prefix: string = '',
): ResolvedCheck {
  const complain: Complain = (path, value, expected, fix) => {
    const found = describeValue(value);
    problems.push({ path: `${prefix}${path}`, found, expected, ...(fix === undefined ? {} : { fix }) });
  };
  if (!isName(name))
    complain('name', name, 'a text of 1 to 128 characters without / ? # , and control characters');
  if (typeof check !== 'function') complain('check', check, 'a function');
  const given = isRecord(options) ? (options as CheckOptions) : {};
  if (options !== undefined && !isRecord(options)) complain('options', options, 'an object of options');
  problems.push(...unknownKeys(given, Object.keys(KEYS), prefix));
  const { kind = 'component', dependsOn = [], probes = ['readiness'] } = given;
  if (!KINDS.includes(kind)) complain('kind', kind, `one of ${KINDS.join(', ')}`);
  for (const key of ['critical', 'shared'] as const) {
    const value: unknown = given[key];
    if (value !== undefined && typeof value !== 'boolean') complain(key, value, 'true or false');
  }
  if (!isNames(dependsOn)) complain('dependsOn', dependsOn, 'a list of names of checks');
  if (!isNames(probes) || probes.length === 0) {
    complain('probes', probes, 'a list of liveness, readiness, startup or names of your own groups');
  }
  const millis = durations(given, complain);
  return {
    name: isName(name) ? ownText(name) : '',
    check: check as CheckFunction,
    kind,
    critical: given.critical ?? kind !== 'business',
    dependsOn: namesOf(dependsOn),
    ...millis,
    failureThreshold: threshold(given, 'failureThreshold', 3, complain),
    successThreshold: threshold(given, 'successThreshold', 2, complain),
    probes: namesOf(probes),
    shared: given.shared ?? false,
    recovery: recoveryOf(given.recover, complain, problems, prefix),
  };
}

/** The error of all problems, when there are any. */
export function throwProblems(summary: string, problems: readonly Problem[]): void {
  if (problems.length > 0) throw new InstrumentError('INSTRUMENT_INVALID_ARGUMENT', summary, problems);
}

function durations(
  given: CheckOptions,
  complain: Complain,
): Pick<ResolvedCheck, 'timeoutMillis' | 'intervalMillis' | 'downIntervalMillis' | 'cacheTtlMillis'> {
  const of = (
    key: 'timeout' | 'interval' | 'downInterval' | 'cacheTtl',
    fallback: number,
    least: number,
  ): number => millisOf(given[key], key, fallback, least, complain);
  const intervalMillis = of('interval', DEFAULT_INTERVAL_MILLIS, LEAST_INTERVAL_MILLIS);
  const fallback = Math.min(intervalMillis, DEFAULT_DOWN_INTERVAL_MILLIS);
  const downIntervalMillis = of('downInterval', fallback, LEAST_INTERVAL_MILLIS);
  if (downIntervalMillis > intervalMillis) {
    complain(
      'downInterval',
      given.downInterval,
      `at most interval, ${intervalMillis} ms`,
      'It is for looking sooner.',
    );
  }
  return {
    timeoutMillis: of('timeout', DEFAULT_TIMEOUT_MILLIS, 1),
    intervalMillis,
    downIntervalMillis,
    cacheTtlMillis: of('cacheTtl', DEFAULT_CACHE_TTL_MILLIS, 0),
  };
}

function millisOf(
  value: Duration | undefined,
  path: string,
  fallback: number,
  least: number,
  complain: Complain,
): number {
  if (value === undefined) return fallback;
  const millis = parseDuration(value);
  if (millis !== undefined && millis >= least) return millis;
  const bound = least === 0 ? 'a duration' : `a duration of at least ${least} ms`;
  complain(path, value, `${bound}, in milliseconds or such as '30s'`);
  return fallback;
}

function threshold(
  given: CheckOptions,
  key: 'failureThreshold' | 'successThreshold',
  fallback: number,
  complain: Complain,
): number {
  const value = given[key];
  if (value === undefined) return fallback;
  if (Number.isInteger(value) && value >= 1 && value <= MOST_RESULTS) return value;
  complain(
    key,
    value,
    `an integer from 1 to ${MOST_RESULTS}`,
    'It counts results in a row; 1 follows each of them.',
  );
  return fallback;
}

function recoveryOf(
  given: CheckOptions['recover'],
  complain: Complain,
  problems: Problem[],
  prefix: string,
): RecoverySettings | undefined {
  if (given === undefined) return undefined;
  const options: unknown = typeof given === 'function' ? { action: given } : given;
  if (!isRecord(options)) {
    complain('recover', given, 'a function, or { action, initialDelay?, maxDelay?, timeout?, maxAttempts? }');
    return undefined;
  }
  problems.push(...unknownKeys(options, Object.keys(RECOVERY_KEYS), `${prefix}recover.`));
  const { action, maxAttempts = Number.POSITIVE_INFINITY } = options as unknown as RecoveryOptions;
  if (typeof action !== 'function') complain('recover.action', action, 'a function');
  const of = (key: 'initialDelay' | 'maxDelay' | 'timeout'): number =>
    millisOf(
      options[key] as Duration,
      `recover.${key}`,
      DEFAULT_RECOVERY[key],
      LEAST_INTERVAL_MILLIS,
      complain,
    );
  if (maxAttempts !== Number.POSITIVE_INFINITY && !(Number.isInteger(maxAttempts) && maxAttempts >= 1)) {
    complain('recover.maxAttempts', maxAttempts, 'an integer of at least 1');
  }
  const initialDelayMillis = of('initialDelay');
  const maxDelayMillis = of('maxDelay');
  if (maxDelayMillis < initialDelayMillis) {
    complain('recover.maxDelay', options.maxDelay, `at least initialDelay, ${initialDelayMillis} ms`);
  }
  return { action, initialDelayMillis, maxDelayMillis, timeoutMillis: of('timeout'), maxAttempts };
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && NAME.test(value);
}

function isNames(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(isName);
}

/** Each once, as they are kept. */
function namesOf(value: unknown): string[] {
  return isNames(value) ? [...new Set(value.map((name) => ownText(name)))] : [];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
