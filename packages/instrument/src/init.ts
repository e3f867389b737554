import {
  createDirectRecorder,
  createEventRecorder,
  events,
  InstrumentError,
  installRuntime,
  meterProvider,
  type Problem,
  processWide,
  tell,
} from '@org/instrument-core';
import {
  liveEndpoints,
  type OtelHandle,
  startDiagnostics,
  startOtel,
  startPropagation,
} from '@org/instrument-otel';
import {
  type ResolvedConfiguration,
  type ResolvedOptions,
  resolveConfiguration,
} from './configuration/resolve-configuration.ts';
import { workingDirectory } from './configuration/working-directory.ts';
import { loadInstrumentations } from './load-instrumentations.ts';
import { warnWithoutHooks } from './module-hooks.ts';
import type { AuditInitOptions, InitOptions } from './options.ts';
import { checkOtlpPackages } from './otlp-packages.ts';
import { type RunningAudit, startAudit, startWithoutAudit } from './start-audit.ts';
import { startChannels } from './start-channels.ts';
import { startHealth } from './start-health.ts';
import { missingStatsdPackages, statsdExporters } from './start-statsd.ts';
import { startSystem } from './start-system.ts';
import type { Telemetry } from './telemetry.ts';

const running = processWide('telemetry', () => ({ current: undefined as Telemetry | undefined }));
let packages: readonly string[] = [];

/** Names of the instrumentation packages that the configuration file listed. */
export function instrumentationPackages(): readonly string[] {
  return packages;
}

/**
 * Starts the telemetry of the process. Synchronous; what was recorded before it is kept. A second call warns and
 * returns what the first one returned, until that is shut down.
 *
 * Options come from `options`, then from the configuration file, then from the `OTEL_*` variables, then the defaults.
 *
 * @throws {InstrumentError} `INSTRUMENT_CONFIG_INVALID` listing every problem of the configuration,
 * `INSTRUMENT_CONFIG_UNREADABLE` for a file that cannot be read, `INSTRUMENT_DEPENDENCY_MISSING` for a package that
 * is not installed: of an instrumentation, or of the OTLP protocol. Never for a fault at run time.
 */
export function init(options?: InitOptions): Telemetry {
  if (running.current !== undefined) {
    tell('warn', 'init() was called again; the options are ignored and the first telemetry is returned.');
    return running.current;
  }
  const configuration = resolveConfiguration(options, { env: process.env, cwd: workingDirectory() });
  startDiagnostics(configuration.options.logLevel);
  for (const warning of configuration.warnings) tell('warn', describe(warning));
  const telemetry = configuration.disabled ? startDisabled(configuration.options) : start(configuration);
  running.current = telemetry;
  return telemetry;
}

function start({ options: asked, sources }: ResolvedConfiguration): Telemetry {
  const {
    instrumentationPackages: names = [],
    health: healthOptions = false,
    audit: auditOptions = false,
    system: systemOptions = false,
    statsd = false,
    channels: channelOptions = false,
    ...rest
  } = asked;
  // What may throw comes before anything is changed; instrumentations before the packages that they instrument.
  const loaded = loadInstrumentations(names, workingDirectory() ?? '/');
  const otlp = checkOtlpPackages(rest, sources);
  const { options } = otlp;
  const problems = [...loaded.problems, ...otlp.problems, ...missingStatsdPackages(statsd, sources)];
  if (problems.length > 0) {
    throw new InstrumentError('INSTRUMENT_DEPENDENCY_MISSING', 'Packages cannot be loaded', problems);
  }
  for (const warning of otlp.warnings) tell('warn', describe(warning));
  packages = names;
  const restoreRecorder = installRuntime(recorderOf(options.mode));
  const instrumentations = [...(options.instrumentations ?? []), ...loaded.instrumentations];
  // `register` puts its hooks on the loader after this.
  queueMicrotask(() => warnWithoutHooks(instrumentations.flat(), workingDirectory() ?? '/'));
  const health = healthOptions === false ? undefined : startHealth(healthOptions);
  const channels =
    channelOptions === false
      ? undefined
      : startChannels(channelOptions, rest.shutdownTimeout, () => handle.resourceAttributes());
  const handle: OtelHandle = startOtel({ ...options, instrumentations }, meterProvider, {
    ...health?.extension,
    exporters: statsd === false ? undefined : statsdExporters(statsd),
    beforeDelivery: () => audit.close(),
    deliveries: channels === undefined ? [] : [channels],
  });
  const audit = auditOf(auditOptions, handle);
  const system = systemOptions === false ? undefined : startSystem(systemOptions, options.serviceVersion);
  const endpoints = liveEndpoints<Telemetry['endpoints']>({
    prometheus: () => handle.endpoints.prometheus,
    health: () => {
      const { routes } = handle.endpoints;
      return routes === undefined || health?.path === undefined ? undefined : `${routes}${health.path}`;
    },
  });
  const stop = (): Promise<void> =>
    handle.shutdown().finally(() => {
      restoreRecorder();
      health?.stop();
      system?.stop();
    });
  const flush = async (): Promise<void> => {
    await audit.flush();
    await handle.flush();
  };
  const ready = Promise.all([handle.ready, audit.ready, system?.ready, channels?.ready]).then(() => {});
  return telemetryOf(ready, endpoints, flush, stop);
}

function auditOf(options: false | AuditInitOptions, handle: OtelHandle): RunningAudit {
  return options === false
    ? startWithoutAudit()
    : startAudit(options, () => handle.openTracer('@org/instrument-audit'));
}

function recorderOf(mode: InitOptions['mode'] = 'direct'): Parameters<typeof installRuntime>[0] {
  if (typeof mode === 'object') return { disabled: false, recorder: mode };
  if (mode === 'events')
    return { disabled: false, recorder: createEventRecorder(createDirectRecorder(), events) };
  return { disabled: false, recorder: undefined };
}

/** Nothing is recorded, opened or sent; contexts still pass through. */
function startDisabled(options: ResolvedOptions): Telemetry {
  const restore = installRuntime({ disabled: true });
  const audit = startWithoutAudit();
  const stopPropagation = startPropagation(options.propagators);
  const stop = async (): Promise<void> => {
    restore();
    stopPropagation();
    await audit.close();
  };
  return telemetryOf(
    Promise.resolve(),
    { prometheus: undefined, health: undefined },
    () => Promise.resolve(),
    stop,
  );
}

function telemetryOf(
  ready: Promise<void>,
  endpoints: Telemetry['endpoints'],
  flush: () => Promise<void>,
  stop: () => Promise<void>,
): Telemetry {
  let stopping: Promise<void> | undefined;
  const telemetry: Telemetry = {
    ready,
    endpoints,
    snapshot: () => meterProvider.snapshot(),
    flush,
    shutdown: () => {
      stopping ??= stop().finally(() => {
        if (running.current === telemetry) running.current = undefined;
      });
      return stopping;
    },
  };
  return telemetry;
}

function describe({ path, source, found, expected, fix }: Problem): string {
  const name = path === '' ? '' : `${path}: `;
  const where = source === undefined ? '' : `${source}: `;
  return `${where}${name}found ${found}, expected ${expected}.${fix === undefined ? '' : ` ${fix}`}`;
}
