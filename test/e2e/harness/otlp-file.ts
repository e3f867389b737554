import { readFileSync } from 'node:fs';

/** Attributes as plain data; integers are numbers. */
export type PlainAttributes = Readonly<Record<string, unknown>>;

/** A span as the collector received it. */
export interface ReceivedSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  /** OTLP `Status.StatusCode`: 0 unset, 1 ok, 2 error. */
  readonly status: { readonly code: number; readonly message: string | undefined };
  readonly attributes: PlainAttributes;
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly resource: PlainAttributes;
}

/** A data point as the collector received it. */
export interface ReceivedPoint {
  readonly metric: string;
  readonly unit: string;
  /** OTLP `AggregationTemporality`; `undefined` for gauges. */
  readonly temporality: 'delta' | 'cumulative' | undefined;
  readonly attributes: PlainAttributes;
  readonly resource: PlainAttributes;
  /** Value of a sum or gauge, count of a histogram. */
  readonly value: number;
  /** Sum of a histogram, or of a summary. */
  readonly sum: number | undefined;
  /** Values of a summary's quantiles, by the quantile; empty for all else. */
  readonly quantiles: Readonly<Record<number, number>>;
  readonly start: bigint;
  readonly time: bigint;
}

interface AnyValue {
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  readonly intValue?: string;
  readonly doubleValue?: number;
  readonly arrayValue?: { readonly values?: readonly AnyValue[] };
}
interface KeyValue {
  readonly key: string;
  readonly value: AnyValue;
}
interface Scoped<Item extends object> {
  readonly resource?: { readonly attributes?: readonly KeyValue[] };
  readonly scopeSpans?: readonly { readonly spans?: readonly Item[] }[];
  readonly scopeMetrics?: readonly { readonly metrics?: readonly Item[] }[];
}
interface JsonSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly status?: { readonly code?: number; readonly message?: string };
  readonly attributes?: readonly KeyValue[];
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[];
}
interface JsonPoint {
  readonly attributes?: readonly KeyValue[];
  readonly startTimeUnixNano?: string;
  readonly timeUnixNano: string;
  readonly asDouble?: number;
  readonly asInt?: string;
  readonly count?: string;
  readonly sum?: number;
  readonly quantileValues?: readonly { readonly quantile?: number; readonly value?: number }[];
}
interface JsonData {
  readonly aggregationTemporality?: number;
  readonly dataPoints?: readonly JsonPoint[];
}
interface JsonMetric {
  readonly name: string;
  readonly unit?: string;
  readonly sum?: JsonData;
  readonly gauge?: JsonData;
  readonly histogram?: JsonData;
  readonly summary?: JsonData;
}

/** Reads the spans that the collector's file exporter wrote (OTLP JSON, a message per line). */
export function readSpans(file: string): ReceivedSpan[] {
  return readLines<{ resourceSpans?: readonly Scoped<JsonSpan>[] }>(file)
    .flatMap(({ resourceSpans = [] }) => resourceSpans)
    .flatMap(({ resource, scopeSpans = [] }) => {
      const attributes = plain(resource?.attributes);
      return scopeSpans.flatMap(({ spans = [] }) => spans.map((span) => spanOf(span, attributes)));
    });
}

/** Reads the data points that the collector's file exporter wrote, oldest first. */
export function readPoints(file: string): ReceivedPoint[] {
  return readLines<{ resourceMetrics?: readonly Scoped<JsonMetric>[] }>(file)
    .flatMap(({ resourceMetrics = [] }) => resourceMetrics)
    .flatMap(({ resource, scopeMetrics = [] }) => {
      const attributes = plain(resource?.attributes);
      return scopeMetrics.flatMap(({ metrics = [] }) =>
        metrics.flatMap((metric) => pointsOf(metric, attributes)),
      );
    });
}

/** Which points a total is made of: attributes that they must have. */
export type PointFilter = PlainAttributes;

/** What a metric counts to: delta points added up, of cumulative series the latest. */
export function total(
  points: readonly ReceivedPoint[],
  metric: string,
  filter: PointFilter = {},
  of: 'value' | 'sum' = 'value',
): number {
  const chosen = points.filter(
    (point) => point.metric === metric && Object.entries(filter).every(([k, v]) => point.attributes[k] === v),
  );
  const series = new Map<string, number>();
  for (const point of chosen) {
    const key = JSON.stringify([
      point.resource['service.instance.id'],
      Object.entries(point.attributes).sort(),
    ]);
    const before = point.temporality === 'delta' ? (series.get(key) ?? 0) : 0;
    series.set(key, before + (point[of] ?? 0));
  }
  return [...series.values()].reduce((sum, value) => sum + value, 0);
}

function spanOf(span: JsonSpan, resource: PlainAttributes): ReceivedSpan {
  const { name, traceId, spanId, parentSpanId, status, attributes, links = [] } = span;
  return {
    name,
    traceId,
    spanId,
    parentSpanId: parentSpanId === '' ? undefined : parentSpanId,
    status: { code: status?.code ?? 0, message: status?.message },
    attributes: plain(attributes),
    links,
    resource,
  };
}

function pointsOf(
  { name, unit = '', sum, gauge, histogram, summary }: JsonMetric,
  resource: PlainAttributes,
): ReceivedPoint[] {
  const data = sum ?? gauge ?? histogram ?? summary;
  const temporality = data?.aggregationTemporality;
  return (data?.dataPoints ?? []).map((point) => ({
    metric: name,
    unit,
    temporality: temporality === 1 ? 'delta' : temporality === 2 ? 'cumulative' : undefined,
    attributes: plain(point.attributes),
    resource,
    value: Number(point.asDouble ?? point.asInt ?? point.count ?? 0),
    sum: point.sum,
    // What is zero, the file leaves out.
    quantiles: Object.fromEntries(
      (point.quantileValues ?? []).map(({ quantile = 0, value = 0 }) => [quantile, value]),
    ),
    start: BigInt(point.startTimeUnixNano ?? 0),
    time: BigInt(point.timeUnixNano),
  }));
}

function plain(attributes: readonly KeyValue[] = []): PlainAttributes {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, plainValue(value)]));
}

function plainValue(value: AnyValue): unknown {
  if (value.intValue !== undefined) return Number(value.intValue);
  if (value.arrayValue !== undefined) return (value.arrayValue.values ?? []).map(plainValue);
  return value.stringValue ?? value.boolValue ?? value.doubleValue;
}

/** The complete lines; one that is being written, or that a kill cut off, is not one. */
function readLines<Line>(file: string): Line[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
}
