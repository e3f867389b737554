import { KeyObject } from 'node:crypto';
import {
  describeValue,
  type EventBus,
  events,
  InstrumentError,
  MAX_TIMER_MILLIS,
  type MeterProvider,
  meterProvider,
  type Problem,
  parseDuration,
  unknownKeys,
} from '@org/instrument-core';
import { SIGNING_KEY_EXPECTED } from './checkpoint/private-key.ts';
import { isKeyName } from './checkpoint/verifier-key.ts';
import { encoderProblems } from './encode/encoder-options.ts';
import { kindOf } from './encode/kind.ts';
import type { AuditOptions, WhenFull } from './options.ts';

const KEYS: readonly (keyof AuditOptions)[] = [
  'directory',
  'origin',
  'actions',
  'redact',
  'maxEntryBytes',
  'maxTextLength',
  'segmentBytes',
  'segmentAge',
  'retention',
  'commitInterval',
  'maxWaitingBytes',
  'whenFull',
  'blockTimeout',
  'checkpointInterval',
  'signingKey',
  'tracer',
  'meterProvider',
  'events',
];
const WHEN_FULL: readonly unknown[] = ['block', 'shed', 'fail'];
const MIN_SEGMENT_BYTES = 4_096;

/** Options of a journal with all defaults, durations in milliseconds. */
export interface ResolvedAuditOptions {
  readonly directory: string;
  readonly origin: string | undefined;
  readonly segmentBytes: number;
  readonly segmentAgeMillis: number;
  readonly maxAgeMillis: number | undefined;
  readonly maxBytes: number | undefined;
  readonly commitIntervalMillis: number;
  readonly maxWaitingBytes: number;
  readonly whenFull: WhenFull;
  readonly blockTimeoutMillis: number;
  readonly checkpointIntervalMillis: number;
  readonly meterProvider: MeterProvider;
  readonly events: EventBus;
}

/** @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT` with all that is wrong. */
export function resolveAuditOptions(given: AuditOptions): ResolvedAuditOptions {
  const problems: Problem[] = [];
  if (typeof given !== 'object' || given === null) {
    problems.push({
      path: '',
      found: describeValue(given),
      expected: "options such as { directory: '/var/lib/audit' }",
    });
    throw invalid(problems);
  }
  problems.push(...unknownKeys(given, KEYS), ...encoderProblems(given));
  const check = (path: string, value: unknown, isRight: boolean, expected: string): void => {
    if (value !== undefined && !isRight) problems.push({ path, found: describeValue(value), expected });
  };
  const duration = (path: string, value: unknown, byDefault: number): number => {
    check(path, value, parseDuration(value) !== undefined, "a duration such as '5s', or milliseconds");
    return parseDuration(value) ?? byDefault;
  };
  const timer = (path: string, value: unknown, byDefault: number): number =>
    Math.min(MAX_TIMER_MILLIS, duration(path, value, byDefault));
  const whole = (path: string, value: unknown, min: number, byDefault: number): number => {
    check(
      path,
      value,
      Number.isSafeInteger(value) && (value as number) >= min,
      `a whole number of at least ${min}`,
    );
    return typeof value === 'number' ? value : byDefault;
  };
  if (typeof given.directory !== 'string' || given.directory === '') {
    problems.push({
      path: 'directory',
      found: describeValue(given.directory),
      expected: 'the path of the directory of the journal',
      fix: "Give one that lasts, such as '/var/lib/checkout/audit'.",
    });
  }
  const { origin, signingKey } = given;
  const retention = given.retention ?? {};
  check('retention', given.retention, isObject(given.retention), '{ maxAge?, maxBytes? }');
  if (isObject(retention)) problems.push(...unknownKeys(retention, ['maxAge', 'maxBytes'], 'retention.'));
  check(
    'origin',
    origin,
    typeof origin === 'string' && isKeyName(origin),
    'visible characters without spaces and "+", such as "example.org/checkout"',
  );
  check('tracer', given.tracer, hasMethod(given.tracer, 'startSpan'), 'a Tracer of OpenTelemetry');
  check(
    'meterProvider',
    given.meterProvider,
    hasMethod(given.meterProvider, 'getMeter'),
    'a MeterProvider of @org/instrument-core',
  );
  check('events', given.events, hasMethod(given.events, 'emit'), 'an EventBus of @org/instrument-core');
  check('whenFull', given.whenFull, WHEN_FULL.includes(given.whenFull), "'block', 'shed' or 'fail'");
  if (signingKey !== undefined && typeof signingKey !== 'string' && !(signingKey instanceof KeyObject)) {
    // Never itself: it may be a key in another form.
    const found = kindOf(signingKey);
    problems.push({ path: 'signingKey', found, expected: SIGNING_KEY_EXPECTED });
  }
  const resolved: ResolvedAuditOptions = {
    directory: given.directory,
    origin,
    segmentBytes: whole('segmentBytes', given.segmentBytes, MIN_SEGMENT_BYTES, 16 * 1024 * 1024),
    segmentAgeMillis: duration('segmentAge', given.segmentAge, 86_400_000),
    maxAgeMillis:
      retention.maxAge === undefined ? undefined : duration('retention.maxAge', retention.maxAge, 0),
    maxBytes:
      retention.maxBytes === undefined ? undefined : whole('retention.maxBytes', retention.maxBytes, 0, 0),
    commitIntervalMillis: timer('commitInterval', given.commitInterval, 2),
    maxWaitingBytes: whole('maxWaitingBytes', given.maxWaitingBytes, 1_024, 16 * 1024 * 1024),
    whenFull: given.whenFull ?? 'shed',
    blockTimeoutMillis: timer('blockTimeout', given.blockTimeout, 5_000),
    checkpointIntervalMillis: timer('checkpointInterval', given.checkpointInterval, 60_000),
    meterProvider: given.meterProvider ?? meterProvider,
    events: given.events ?? events,
  };
  if (problems.length > 0) throw invalid(problems);
  return resolved;
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function hasMethod(value: unknown, name: string): boolean {
  return typeof (value as Record<string, unknown> | null | undefined)?.[name] === 'function';
}

function invalid(problems: readonly Problem[]): InstrumentError {
  return new InstrumentError(
    'INSTRUMENT_INVALID_ARGUMENT',
    'The options of createAudit are not right',
    problems,
  );
}
