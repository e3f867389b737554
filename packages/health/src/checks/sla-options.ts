import type { Attributes } from '@opentelemetry/api';
import { type Duration, describeValue, type MeterProvider, meterProvider } from '@org/instrument-core';
import type { MissingOptions } from './metric/missing.ts';
import { isProvider } from './metric/source-option.ts';
import { CheckOptionReader } from './options.ts';

/** Options of `slaCheck`. */
export interface SlaCheckOptions extends MissingOptions {
  /** Name of an instrumented operation: `orders.place`. */
  readonly operation: string;
  /** Attributes that a series must have. Default none: all calls. */
  readonly attributes?: Attributes | undefined;
  /** Share of the calls that must succeed, below 1; fewer is degraded. */
  readonly target: number;
  /** Share of successes below which it is unhealthy. Default where errors are 14.4 times what the target allows. */
  readonly unhealthyBelow?: number | undefined;
  /** Longest duration for the quantile; more is degraded. Default none. */
  readonly latency?: Duration | undefined;
  /** Default `p99`. */
  readonly quantile?: 'p50' | 'p75' | 'p90' | 'p95' | 'p99' | undefined;
  /** Time that is looked at. Default 5 min. */
  readonly window?: Duration | undefined;
  /** Calls in the window without which nothing is concluded. Default 10. */
  readonly minCalls?: number | undefined;
  /** Default the process' meter provider. */
  readonly provider?: MeterProvider | undefined;
}

// Burn rate at which a month's error budget lasts for two days (Google SRE workbook, "Alerting on SLOs").
const UNHEALTHY_BURN_RATE = 14.4;

/** Options with their defaults, in milliseconds. */
export type SlaSettings = {
  readonly [K in Exclude<keyof SlaCheckOptions, 'latency' | 'window'>]-?: NonNullable<SlaCheckOptions[K]>;
} & {
  readonly latencyMillis: number | undefined;
  readonly windowMillis: number;
};

/** @throws {InstrumentError} when options are wrong. */
export function readSlaOptions(options: SlaCheckOptions): SlaSettings {
  const read = new CheckOptionReader('slaCheck', options, [
    'operation',
    'attributes',
    'target',
    'unhealthyBelow',
    'latency',
    'quantile',
    'window',
    'minCalls',
    'provider',
    'whenMissing',
  ]);
  const operation = read.required('operation', 'orders.place');
  const given = read.raw('attributes') ?? {};
  if (typeof given !== 'object') read.add('attributes', describeValue(given), 'an object of attributes');
  const target = read.share('target', 1);
  if (read.raw('target') === undefined)
    read.add('target', 'nothing', 'a share from 0 to 1', 'Write 0.99 for 99 %.');
  const unhealthyBelow = read.share('unhealthyBelow', Math.max(0, 1 - (1 - target) * UNHEALTHY_BURN_RATE));
  read.ordered('unhealthyBelow', unhealthyBelow, 'target', target);
  const windowMillis = read.millis('window', 300_000);
  if (windowMillis === 0) read.add('window', '0', 'a duration > 0');
  const provider = read.raw('provider') ?? meterProvider;
  if (!isProvider(provider))
    read.add('provider', 'something else', 'a MeterProvider of @org/instrument-core');
  const settings = {
    operation,
    attributes: given as Attributes,
    target,
    unhealthyBelow,
    latencyMillis: read.millis('latency', undefined),
    quantile: read.oneOf('quantile', 'p99', ['p50', 'p75', 'p90', 'p95', 'p99']),
    windowMillis,
    minCalls: read.number('minCalls', 10, { min: 1, isInteger: true }),
    provider: provider as MeterProvider,
    whenMissing: read.status('whenMissing', 'degraded'),
  };
  read.done();
  return settings;
}
