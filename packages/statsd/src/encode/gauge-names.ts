import type { Dialect } from '../dialect/dialect.ts';
import { CUMULATIVE, DATA_POINT_TYPE, type ExportedMetric } from '../exported-metrics.ts';

/** Whether a metric is a histogram, of either kind. */
export function isHistogram({ dataPointType }: ExportedMetric): boolean {
  return (
    dataPointType === DATA_POINT_TYPE.histogram || dataPointType === DATA_POINT_TYPE.exponentialHistogram
  );
}

/** Whether a metric has values that a server sets, and does not add up; of histograms those are statistics. */
export function setsGauges(metric: ExportedMetric, withStatistics: boolean): boolean {
  const { dataPointType, aggregationTemporality, isMonotonic } = metric;
  if (dataPointType === DATA_POINT_TYPE.gauge) return true;
  if (dataPointType === DATA_POINT_TYPE.sum) {
    return isMonotonic !== true && aggregationTemporality === CUMULATIVE;
  }
  return withStatistics && isHistogram(metric);
}

/**
 * Of metrics those whose gauges may have the text of another one's: as nearly none have, only of these each is looked at.
 *
 * @param namesOf names of the gauges of a metric; none for one that has none
 */
export function sharingNames<T>(
  metrics: Iterable<T>,
  namesOf: (metric: T) => readonly string[],
  { head, tagsAreLevels = false }: Pick<Dialect, 'head' | 'tagsAreLevels'>,
): ReadonlySet<T> {
  const owners = new Map<string, T>();
  const sharing = new Set<T>();
  for (const metric of metrics) {
    for (const name of namesOf(metric)) {
      const written = head(name, []);
      const other = owners.get(written);
      if (other === undefined) owners.set(written, metric);
      else sharing.add(other).add(metric);
    }
  }
  if (!tagsAreLevels) return sharing;
  for (const [name, metric] of owners) {
    for (const shorter of namesBelow(name)) {
      const other = owners.get(shorter);
      if (other !== undefined) sharing.add(other).add(metric);
    }
  }
  return sharing;
}

/** Names that tags, each of two levels, can make this one of. */
function namesBelow(name: string): string[] {
  const levels = name.split('.');
  const names: string[] = [];
  for (let end = levels.length - 2; end > 0; end -= 2) names.push(levels.slice(0, end).join('.'));
  return names;
}
