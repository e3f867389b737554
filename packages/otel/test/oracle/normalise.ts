/** A point of OTLP JSON, as far as the comparison looks into it. */
export interface OtlpPoint {
  attributes: { key: string }[];
  startTimeUnixNano?: string;
  timeUnixNano?: string;
  scale?: number;
  positive?: { offset: number; bucketCounts: number[] };
  negative?: { offset: number; bucketCounts: number[] };
  [field: string]: unknown;
}

export interface OtlpMetric {
  name: string;
  unit: string;
  [kind: string]: unknown;
}

export interface OtlpScope {
  scope: { name: string; version?: string };
  schemaUrl?: string;
  metrics: OtlpMetric[];
}

const KINDS = ['sum', 'gauge', 'histogram', 'exponentialHistogram'];

function pointsOf(metric: OtlpMetric): OtlpPoint[] {
  for (const kind of KINDS) {
    const data = metric[kind] as { dataPoints?: OtlpPoint[] } | undefined;
    if (data !== undefined) return data.dataPoints ?? [];
  }
  return [];
}

/** An OTLP export without times, and in an order that does not depend on who made it. */
export function normalised(request: { resourceMetrics: { scopeMetrics: OtlpScope[] }[] }): OtlpScope[] {
  const scopes = request.resourceMetrics.flatMap((resource) => resource.scopeMetrics);
  for (const { metrics } of scopes) {
    for (const metric of metrics) {
      const points = pointsOf(metric);
      for (const point of points) {
        delete point.startTimeUnixNano;
        delete point.timeUnixNano;
        // The SDK shows the infinities that an empty exponential histogram starts from; we leave them out.
        if (point.count === 0 && point.min === null) {
          delete point.min;
          delete point.max;
        }
        point.attributes.sort((a, b) => compareText(a.key, b.key));
      }
      points.sort(byText((point) => point.attributes));
    }
    metrics.sort(byText((metric) => metric));
  }
  return scopes
    .filter(({ scope }) => scope.name !== '@org/instrument/self')
    .sort(byText(({ scope, schemaUrl }) => ({ scope, schemaUrl })));
}

/**
 * Our export with every exponential histogram brought to the scale that the other side shows, when that is coarser:
 * the SDK falls to scale 0 whenever an interval with nothing but zeros is merged, and we do not.
 */
export function downscaled(ours: OtlpScope[], theirs: OtlpScope[]): OtlpScope[] {
  for (const [i, scope] of ours.entries()) {
    for (const [j, metric] of scope.metrics.entries()) {
      const other = theirs[i]?.metrics[j];
      if (metric.exponentialHistogram === undefined || other?.exponentialHistogram === undefined) continue;
      for (const [k, point] of pointsOf(metric).entries()) {
        const scale = pointsOf(other)[k]?.scale;
        if (scale === undefined || point.scale === undefined || point.scale <= scale) continue;
        downscale(point, point.scale - scale);
      }
    }
  }
  return ours;
}

function downscale(point: OtlpPoint, change: number): void {
  point.scale = (point.scale ?? 0) - change;
  for (const buckets of [point.positive, point.negative]) {
    if (buckets === undefined || buckets.bucketCounts.length === 0) continue;
    const low = buckets.offset >> change;
    const merged: number[] = [];
    for (const [i, count] of buckets.bucketCounts.entries()) {
      const place = ((buckets.offset + i) >> change) - low;
      merged[place] = (merged[place] ?? 0) + count;
    }
    buckets.offset = low;
    buckets.bucketCounts = merged;
  }
}

function byText<T>(of: (item: T) => unknown): (a: T, b: T) => number {
  return (a, b) => compareText(JSON.stringify(of(a)), JSON.stringify(of(b)));
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
