import type { Attributes } from '@opentelemetry/api';
import {
  describeValue,
  EventBus,
  MeterProvider,
  OptionReader,
  events as processEvents,
  meterProvider as processMeterProvider,
} from '@org/instrument-core';
import type { ExecutionOptions } from './execution.ts';
import { boundHooks, type ExecutionHooks, hookProblems } from './hooks.ts';
import { nameProblems, readLabels } from './labels.ts';

const DEFAULT_PROGRESS_MILLIS = 1_000;
/** Labels that the metrics have by themselves. */
const RESERVED: readonly string[] = ['success', 'error_type', 'scope', 'reason', 'quantile'];
/** All options of an execution. */
export const EXECUTION_KEYS: readonly (keyof ExecutionOptions)[] = [
  'items',
  'workers',
  'chunkSize',
  'labels',
  'hooks',
  'signal',
  'progressInterval',
  'spans',
  'meterProvider',
  'events',
];

/** What is told, and to whom, of an execution, a pool or a worker. */
export interface SubjectSettings {
  readonly name: string;
  readonly labels: Attributes;
  readonly hooks: readonly ExecutionHooks[];
  readonly meterProvider: MeterProvider;
  readonly events: EventBus;
}

/** Options of an execution with the defaults filled in. */
export interface ExecutionSettings extends SubjectSettings {
  readonly items: number | undefined;
  readonly workers: number | undefined;
  readonly chunkSize: number | undefined;
  readonly signal: AbortSignal | undefined;
  readonly progressMillis: number;
  readonly spans: boolean;
}

/**
 * Checks a name and options, and fills in the defaults.
 *
 * @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT` with everything that is wrong.
 */
export function resolveSettings(name: string, options: ExecutionOptions, work: unknown): ExecutionSettings {
  const reader = new OptionReader<ExecutionOptions>(options, EXECUTION_KEYS);
  const settings = readSettings(reader, name);
  if (typeof work !== 'function') reader.add('work', describeValue(work), 'a function');
  reader.done(`The execution ${describeValue(name)} cannot be tracked`);
  return settings;
}

/** Reads what all executions have; problems are noted in the reader. */
export function readSettings<O extends ExecutionOptions>(
  reader: OptionReader<O>,
  name: string,
): ExecutionSettings {
  const whole = { isInteger: true };
  return {
    ...readSubject(reader, name),
    items: reader.number('items', undefined, whole),
    workers: reader.number('workers', undefined, whole),
    chunkSize: reader.number('chunkSize', undefined, { min: 1, isInteger: true }),
    signal: signalOf(reader),
    progressMillis: reader.millis('progressInterval', DEFAULT_PROGRESS_MILLIS),
    spans: reader.flag('spans', true),
  };
}

type SubjectOptions = Pick<ExecutionOptions, 'labels' | 'hooks' | 'meterProvider' | 'events'>;

/** Reads what executions, pools and workers have in common; problems are noted in the reader. */
export function readSubject<O extends SubjectOptions>(
  reader: OptionReader<O>,
  name: string,
): SubjectSettings {
  reader.addAll(nameProblems(name));
  return {
    name,
    labels: readLabels(reader, RESERVED),
    hooks: hooksOf(reader),
    meterProvider:
      instanceOf(reader, 'meterProvider', MeterProvider, 'a MeterProvider of @org/instrument-core') ??
      processMeterProvider,
    events: instanceOf(reader, 'events', EventBus, 'an EventBus of @org/instrument-core') ?? processEvents,
  };
}

/** Hooks of the option `hooks`, be it one or a list. */
function hooksOf<O extends SubjectOptions>(reader: OptionReader<O>): ExecutionHooks[] {
  const given = reader.raw('hooks');
  if (given === undefined) return [];
  const list = Array.isArray(given) ? given : [given];
  const problems = list.flatMap((hooks, i) =>
    hookProblems(hooks, Array.isArray(given) ? `hooks[${i}]` : 'hooks'),
  );
  reader.addAll(problems);
  return problems.length > 0 ? [] : list.map((hooks: ExecutionHooks) => boundHooks(hooks));
}

/** Not by its class: signals of another realm, or of a library, are as good. */
function signalOf<O extends ExecutionOptions>(reader: OptionReader<O>): AbortSignal | undefined {
  const signal = reader.raw('signal') as AbortSignal | undefined;
  if (signal === undefined) return undefined;
  if (typeof signal?.aborted === 'boolean' && typeof signal.addEventListener === 'function') return signal;
  reader.add('signal', describeValue(signal), 'an AbortSignal');
  return undefined;
}

/** The value of an option that must be an instance of a class. */
function instanceOf<O extends object, T>(
  reader: OptionReader<O>,
  key: keyof O & string,
  type: abstract new (...args: never[]) => T,
  expected: string,
): T | undefined {
  const value = reader.raw(key);
  if (value === undefined || value instanceof type) return value as T | undefined;
  reader.add(key, describeValue(value), expected);
  return undefined;
}
