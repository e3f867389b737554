import type { CollectedMetric } from '@org/instrument-core';
import { COPY_SLACK, type Fragment, fragment } from '@org/instrument-core';
import type { TextFormat } from './exposition.ts';
import { LabelSlab } from './label-slab.ts';
import { type Labels, labelText, SCOPE_LABELS } from './labels.ts';
import { type MetricName, metricName } from './metric-name.ts';
import { canonicalText, valueText } from './number-text.ts';

/** Type of a family; both formats have these three. */
export type FamilyType = 'counter' | 'gauge' | 'histogram';

/** The parts of the lines of one sample name: `open`, the labels of the series, `close`, the value. */
export interface SampleLine {
  /** `name{` */
  readonly open: Fragment;
  /** The fixed labels and `} `. */
  readonly close: Fragment;
  /** `name `, for a series that has no label at all. */
  readonly bare: Fragment;
  /** Whether `close` begins with a label, so that the comma behind those of the series is needed. */
  readonly fixed: boolean;
}

/** The parts of a histogram's bucket lines. Close `i`, from `offsets[i]`, is the fixed labels and `le="…"} `. */
export interface BucketLines {
  readonly open: Fragment;
  readonly closes: DataView;
  readonly offsets: Uint32Array;
}

/** All text of a metric that stays the same from scrape to scrape. */
export interface MetricText {
  readonly name: MetricName;
  readonly type: FamilyType;
  /** The labels that every series has: `otel_scope_name="shop"`. */
  readonly fixed: string;
  readonly labels: LabelSlab;
  /** The sample of a counter or gauge; the `_count` of a histogram. */
  readonly sample: SampleLine;
  /** The `_sum` of a histogram that has one: instruments that take negative values have none, as in the SDK. */
  readonly sum: SampleLine | undefined;
  /** Explicit-bucket histograms: the lines of the buckets, by format, made when first asked for. */
  readonly buckets: Map<TextFormat, BucketLines>;
}

/**
 * Makes the text of a metric; `undefined` when nothing is left of its name.
 * @param fixed labels that every series has; they keep their names, and a series' label of the same name yields
 */
export function metricText(
  metric: CollectedMetric,
  fixed: Labels,
  prefix: string | undefined,
): MetricText | undefined {
  const { name, unit } = metric.descriptor;
  const named = metricName({ name, unit, kind: metric.kind, monotonic: metric.monotonic, prefix });
  if (named === undefined) return undefined;
  const type = familyType(metric);
  const reserved = new Set(fixed.keys());
  // Those too that this scope does not have: with one of its attributes it would be another one.
  if (fixed.has('otel_scope_name')) for (const name of SCOPE_LABELS) reserved.add(name);
  if (type === 'histogram') reserved.add('le');
  const text = labelText(fixed);
  return {
    name: named,
    type,
    fixed: text,
    labels: new LabelSlab(reserved),
    sample: sampleLine(type === 'histogram' ? `${named.name}_count` : named.name, text),
    sum: type === 'histogram' && hasSum(metric) ? sampleLine(`${named.name}_sum`, text) : undefined,
    buckets: new Map(),
  };
}

function familyType(metric: CollectedMetric): FamilyType {
  if (metric.kind === 'sum') return metric.monotonic ? 'counter' : 'gauge';
  return metric.kind === 'gauge' ? 'gauge' : 'histogram';
}

function hasSum(metric: CollectedMetric): boolean {
  const { type } = metric.descriptor;
  return type === 'HISTOGRAM' || type === 'COUNTER' || type === 'OBSERVABLE_COUNTER';
}

function sampleLine(name: string, fixed: string): SampleLine {
  return {
    open: fragment(`${name}{`),
    close: fragment(`${fixed}} `),
    bare: fragment(`${name} `),
    fixed: fixed !== '',
  };
}

/**
 * The bucket lines of a histogram with these upper bounds, a last bucket to `+Inf` added. OpenMetrics writes bounds
 * in their canonical form, the Prometheus format in JavaScript's, as the SDK's exporter does.
 */
export function bucketLines(text: MetricText, bounds: readonly number[], format: TextFormat): BucketLines {
  const boundText = format === 'openmetrics' ? canonicalText : valueText;
  const prefix = text.fixed === '' ? '' : `${text.fixed},`;
  const closes = [...bounds, Number.POSITIVE_INFINITY].map((bound) => `${prefix}le="${boundText(bound)}"} `);
  const offsets = new Uint32Array(closes.length + 1);
  for (const [i, close] of closes.entries()) offsets[i + 1] = offsets[i]! + Buffer.byteLength(close);
  const bytes = Buffer.alloc(offsets[closes.length]! + COPY_SLACK);
  bytes.write(closes.join(''));
  return {
    open: fragment(`${text.name.name}_bucket{`),
    closes: new DataView(bytes.buffer, bytes.byteOffset, bytes.length),
    offsets,
  };
}
