import type { MetricKind } from '@org/instrument-core';
import { unitWords } from './unit-name.ts';

/** What the name of a metric is made of. */
export interface MetricNameParts {
  /** OpenTelemetry's name: `http.server.request.duration`. */
  readonly name: string;
  /** UCUM unit, or the empty string. */
  readonly unit: string;
  readonly kind: MetricKind;
  /** For `sum`: whether it only ever rises. */
  readonly monotonic: boolean;
  /** Put before the name, with an underscore. */
  readonly prefix?: string | undefined;
}

/** Names of one metric in the two text formats. */
export interface MetricName {
  /** Name of the samples of a counter or gauge, and of the family in the Prometheus text format: `jobs_total`. */
  readonly name: string;
  /** Name of the family in OpenMetrics: that of a counter has no `_total`. */
  readonly openMetricsName: string;
  /** Unit for `# UNIT`, only when `openMetricsName` ends with it, as OpenMetrics demands. */
  readonly unit: string | undefined;
}

/**
 * Names a metric as the OpenTelemetry–Prometheus compatibility specification says ("Metric Metadata", "Sums"), in
 * the reading of `prometheus/otlptranslator`: tokens joined by single underscores, the unit's words behind unless the
 * name holds them already, `_ratio` behind a gauge of unit `1`, `_total` last, and `_` before a leading digit.
 * `undefined` when nothing of the name is left.
 */
export function metricName(parts: MetricNameParts): MetricName | undefined {
  const tokens = tokensOf(parts.name);
  if (tokens.length === 0) return undefined;
  const words = unitWords(parts.unit);
  const ratio = parts.unit === '1' && parts.kind === 'gauge';
  const counter = parts.kind === 'sum' && parts.monotonic;

  if (!contains(tokens, words.main)) tokens.push(words.main);
  if (!contains(tokens, words.per)) tokens.push(words.per);
  const base = ratio ? moveLast(tokens, 'ratio') : tokens;
  if (parts.prefix !== undefined) base.unshift(...tokensOf(parts.prefix));

  const name = legalStart((counter ? moveLast(base, 'total') : base).join('_'));
  const openMetricsName = counter ? withoutTotal(name) : name;
  const unit = ratio ? 'ratio' : [words.main, words.per].filter(Boolean).join('_');
  return {
    name,
    openMetricsName,
    unit: unit !== '' && openMetricsName.endsWith(`_${unit}`) ? unit : undefined,
  };
}

/** The runs of characters that a Prometheus name may have; what lies between becomes one underscore. */
function tokensOf(name: string): string[] {
  return name.split(/[^A-Za-z0-9:]+/).filter(Boolean);
}

/** Whether the tokens hold the words in a row: `bytes_per_second` is held by `disk_bytes_per_second_max`. */
function contains(tokens: readonly string[], words: string): boolean {
  return words === '' || `_${tokens.join('_')}_`.includes(`_${words}_`);
}

function moveLast(tokens: readonly string[], token: string): string[] {
  return [...tokens.filter((other) => other !== token), token];
}

function withoutTotal(name: string): string {
  const base = name.replace(/_?total$/, '');
  return base === '' ? name : base;
}

function legalStart(name: string): string {
  return /^[0-9]/.test(name) ? `_${name}` : name;
}
