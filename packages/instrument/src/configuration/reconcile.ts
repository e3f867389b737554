import { describeValue, type Problem, parseDuration } from '@org/instrument-core';
import { DEFAULT_HOST, DEFAULT_PORT, type PrometheusOptions } from '@org/instrument-otel';
import type { InitOptions } from '../options.ts';

/** Default of `metrics.interval` (metrics SDK specification, "Periodic exporting MetricReader"). */
const DEFAULT_INTERVAL_MILLIS = 60_000;
/** 2³¹ − 1: stands for "no limit" (environment variable specification, "Timeout"). */
const NO_LIMIT_MILLIS = 2_147_483_647;
/** Every interface of the machine, those of other addresses among them. */
const ANY_ADDRESS: ReadonlySet<string> = new Set(['0.0.0.0', '::']);
/** Ports at which collectors take OTLP over gRPC and over HTTP (OTLP specification). */
const GRPC_PORT = '4317';
const HTTP_PORT = '4318';

/** Options that fit each other, and what was found unfitting. */
export interface Reconciled {
  readonly options: InitOptions;
  readonly warnings: readonly Problem[];
  /** What no source has said, and has to be there. */
  readonly problems: readonly Problem[];
}

/**
 * Makes options of different sources fit each other: each source was right by itself, so what does not fit is
 * no error; it is bounded, with a warning. Warns of settings without effect, too.
 */
export function reconcile(options: InitOptions, sources: ReadonlyMap<string, string>): Reconciled {
  const warnings: Problem[] = [];
  const warn = (path: string, found: unknown, expected: string, fix: string) => {
    const source = sources.get(path);
    warnings.push({
      path,
      found: describeValue(found),
      expected,
      fix,
      ...(source === undefined ? {} : { source }),
    });
  };
  const fitted = { ...options };
  fitTimeout(fitted, warn);
  fitBatch(fitted, warn);
  fitHealth(fitted, warn);
  adviseOnSampler(fitted, warn);
  adviseOnOtlp(fitted, sources, warn);
  return { options: fitted, warnings, problems: channelsOfNone(fitted, sources) };
}

type Warn = (path: string, found: unknown, expected: string, fix: string) => void;

/** Settings of channels may stand in one source, and their list in another. */
function channelsOfNone({ channels }: InitOptions, sources: ReadonlyMap<string, string>): Problem[] {
  if (channels === undefined || channels === false || 'length' in channels || channels.to !== undefined)
    return [];
  const keys = ['channels.directory', 'channels.closeTimeout', 'channels'];
  const source = keys.map((key) => sources.get(key)).find((each) => each !== undefined);
  const fix = 'Give them, as in to: [slack({ url })]; in a file, as in to: [{ type: slack, url: … }].';
  const problem = { path: 'channels.to', found: 'nothing', expected: 'a list of channels', fix };
  return [source === undefined || source === 'code' ? problem : { ...problem, source }];
}

function fitTimeout(options: InitOptions, warn: Warn): void {
  const { metrics } = options;
  if (typeof metrics !== 'object' || metrics.timeout === undefined) return;
  const interval = parseDuration(metrics.interval) ?? DEFAULT_INTERVAL_MILLIS;
  const timeout = parseDuration(metrics.timeout) ?? 0;
  if (timeout <= interval) return;
  options.metrics = { ...metrics, timeout: interval };
  if (timeout === NO_LIMIT_MILLIS) return;
  warn(
    'metrics.timeout',
    metrics.timeout,
    `at most metrics.interval, ${interval} ms`,
    'The interval is taken.',
  );
}

function fitBatch(options: InitOptions, warn: Warn): void {
  const { traces } = options;
  if (typeof traces !== 'object' || traces.batch === undefined) return;
  const { maxQueueSize, maxExportBatchSize } = traces.batch;
  if (maxQueueSize === undefined || maxExportBatchSize === undefined || maxExportBatchSize <= maxQueueSize)
    return;
  options.traces = { ...traces, batch: { ...traces.batch, maxExportBatchSize: maxQueueSize } };
  const path = 'traces.batch.maxExportBatchSize';
  warn(
    path,
    maxExportBatchSize,
    `at most traces.batch.maxQueueSize, ${maxQueueSize}`,
    'The queue size is taken.',
  );
}

/** A server of its own for health, at the port of `/metrics`: the same address is one server, and of others only one can be had. */
function fitHealth(options: InitOptions, warn: Warn): void {
  const { health, metrics, prometheus = true } = options;
  if (typeof health !== 'object' || metrics === false || prometheus === false) return;
  if (health.host === undefined && health.port === undefined) return;
  const served = addressOf(prometheus === true ? {} : prometheus);
  const own = addressOf(health);
  if (own.port !== served.port || own.port === 0) return;
  if (own.host === served.host) {
    const { host: _, port: __, ...others } = health;
    options.health = others;
  } else if (ANY_ADDRESS.has(own.host) || ANY_ADDRESS.has(served.host)) {
    options.prometheus = false;
    warn(
      health.port === undefined ? 'health.host' : 'health.port',
      `${own.host}, port ${own.port}`,
      `another port than that of /metrics, which is to be at ${served.host}`,
      `/metrics is not served. Set health.port; or have both at one address, by prometheus: { host: '${own.host}' }.`,
    );
  }
}

function addressOf({ host = DEFAULT_HOST, port = DEFAULT_PORT }: Pick<PrometheusOptions, 'host' | 'port'>) {
  return { host, port };
}

function adviseOnSampler({ traces }: InitOptions, warn: Warn): void {
  if (typeof traces !== 'object' || traces.ratio === undefined) return;
  const { sampler = 'parentbased_always_on', ratio } = traces;
  if (typeof sampler === 'string' && sampler.endsWith('traceidratio')) return;
  const fix = "It has no effect: set traces.sampler to 'parentbased_traceidratio'.";
  warn('traces.ratio', ratio, 'a ratio sampler beside it', fix);
}

function adviseOnOtlp({ otlp }: InitOptions, sources: ReadonlyMap<string, string>, warn: Warn): void {
  if (typeof otlp !== 'object') return;
  const { endpoint, protocol } = otlp;
  const wrong = new Map<string, { port: string; wanted: string }>();
  let isOn = otlp.enabled === true;
  for (const signal of ['metrics', 'traces'] as const) {
    const own = otlp[signal];
    if (own === false) continue;
    const url = own?.endpoint ?? endpoint;
    isOn ||= own?.enabled === true || url !== undefined;
    if (url === undefined) continue;
    const path = own?.endpoint === undefined ? 'otlp.endpoint' : `otlp.${signal}.endpoint`;
    const isGrpc = (own?.protocol ?? protocol) === 'grpc';
    const { port } = new URL(url);
    if (port === (isGrpc ? HTTP_PORT : GRPC_PORT))
      wrong.set(path, { port, wanted: isGrpc ? 'gRPC' : 'HTTP' });
  }
  for (const [path, { port, wanted }] of wrong) {
    const fix = 'Collectors take gRPC at 4317 and HTTP at 4318.';
    warn(path, `port ${port}`, `the port of OTLP over ${wanted}`, fix);
  }
  // Variables of the platform may be there for other processes; what stands in code or in the file was meant.
  const meant = [...sources].find(([path, source]) => /^otlp\b/.test(path) && !source.startsWith('OTEL_'));
  if (isOn || meant === undefined || (otlp.metrics === false && otlp.traces === false)) return;
  warn(
    meant[0],
    'OTLP settings without an endpoint',
    'otlp.endpoint',
    'Nothing is sent: set it, or write otlp: true.',
  );
}
