import { InstrumentError, type Problem } from '@org/instrument-core';
import { readEnvironment } from '@org/instrument-otel';
import type { ChannelsInitOptions, InitOptions } from '../options.ts';
import { type NamedEnvironment, readConfigurationFile } from './file/read-file.ts';
import type { Layer } from './merge.ts';
import { nearestAround } from './path.ts';
import { mergeSources } from './precedence.ts';
import { reconcile } from './reconcile.ts';
import { isSettings } from './schema/rule.ts';
import { inspectOptions } from './validate.ts';

/** Options of all sources together. */
export interface ResolvedOptions extends Omit<InitOptions, 'channels'> {
  /** A list has become settings with it. */
  channels?: false | ChannelsInitOptions;
  /** Packages whose instrumentations are to be loaded: the `instrumentations` of a file. */
  instrumentationPackages?: readonly string[];
}

/** What {@link resolveConfiguration} gives. */
export interface ResolvedConfiguration {
  readonly options: ResolvedOptions;
  /** Nothing is to be started: `OTEL_SDK_DISABLED` is true, or the mode is `disabled`. */
  readonly disabled: boolean;
  /** What was ignored or bounded; to be logged. */
  readonly warnings: readonly Problem[];
  /** The configuration file read. */
  readonly file: string | undefined;
  /** Where each option was said, by its path: `code`, `instrument.config.yaml:12`, `OTEL_SERVICE_NAME`. */
  readonly sources: Readonly<Record<string, string>>;
}

/** Surroundings of a process; given, so that a test or a tool can have its own. */
export interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  /** Directory in which the configuration file is looked for; `undefined` when it has been deleted. */
  readonly cwd: string | undefined;
}

/**
 * Puts the options together: code over the configuration file over the `OTEL_*` variables. Defaults are not filled
 * in. When `OTEL_SDK_DISABLED` is true, the file is not read, so that a process can be started whatever it says.
 *
 * @throws InstrumentError `INSTRUMENT_CONFIG_INVALID` with all problems of code and file;
 * `INSTRUMENT_CONFIG_UNREADABLE` when the file cannot be read, likewise with all problems.
 */
export function resolveConfiguration(
  options: InitOptions | undefined,
  { env, cwd }: Surroundings,
): ResolvedConfiguration {
  const variables = readEnvironment(env);
  const code = inspectOptions(options);
  const named = namedEnvironment(options, env);
  const file = variables.disabled ? undefined : readConfigurationFile(env, cwd, named);
  const problems = [...(file?.problems ?? []), ...code.problems];
  if (problems.length > 0) {
    const unreadable = file?.cause !== undefined;
    throw unreadable
      ? new InstrumentError(
          'INSTRUMENT_CONFIG_UNREADABLE',
          'The configuration cannot be read',
          problems,
          file.cause,
        )
      : new InstrumentError('INSTRUMENT_CONFIG_INVALID', 'The configuration is wrong', problems);
  }
  const known = new Map(Object.entries(variables.sources));
  const layers: Layer[] = [
    { values: variables.options, sourceOf: (path) => nearestAround(known, path) ?? 'OTEL_*' },
    ...(file?.layer === undefined ? [] : [file.layer]),
    ...environmentLayer(named),
    { values: code.value as object, sourceOf: () => 'code' },
  ];
  const { values, sources } = mergeSources(layers);
  const fitted = reconcile(values as InitOptions, sources);
  if (fitted.problems.length > 0) {
    throw new InstrumentError('INSTRUMENT_CONFIG_INVALID', 'The configuration is wrong', fitted.problems);
  }
  return {
    options: splitInstrumentations(fitted.options),
    disabled: variables.disabled || fitted.options.mode === 'disabled',
    warnings: [...variables.warnings, ...(file?.warnings ?? []), ...fitted.warnings],
    file: file?.file,
    sources: Object.fromEntries(sources),
  };
}

/** The environment named outside of the file: in code, or by `INSTRUMENT_ENVIRONMENT`. */
function namedEnvironment(options: unknown, env: NodeJS.ProcessEnv): NamedEnvironment | undefined {
  const inCode = isSettings(options) ? options.environment : undefined;
  if (typeof inCode === 'string' && inCode !== '') return { name: inCode, source: 'code' };
  const name = env.INSTRUMENT_ENVIRONMENT?.trim();
  return name ? { name, source: 'INSTRUMENT_ENVIRONMENT' } : undefined;
}

/** `INSTRUMENT_ENVIRONMENT` is also the option `environment`, over the file's. */
function environmentLayer(named: NamedEnvironment | undefined): Layer[] {
  if (named === undefined || named.source === 'code') return [];
  return [{ values: { environment: named.name }, sourceOf: () => named.source }];
}

/** Instances are for the OpenTelemetry room as they are; packages have to be loaded first. */
function splitInstrumentations(options: InitOptions): ResolvedOptions {
  const { instrumentations, ...rest } = options as ResolvedOptions;
  if (instrumentations === undefined) return rest;
  const packages = instrumentations.filter((item: unknown) => typeof item === 'string');
  if (packages.length === 0) return { ...rest, instrumentations };
  return { ...rest, instrumentationPackages: packages as unknown as string[] };
}
