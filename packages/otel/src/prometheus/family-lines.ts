import { doubledSeries, type IsDoubled } from './doubled-series.ts';
import { EMPTY_GRID, gridBounds, widenGrid } from './exponential-buckets.ts';
import type { TextFormat } from './exposition.ts';
import type { Family, FamilyMember } from './family.ts';
import { foldedMetric } from './folded-metric.ts';
import { explicitLines, writeExplicit, writeExponential } from './histogram-lines.ts';
import { bucketLines } from './metric-text.ts';
import { writeSample } from './sample-lines.ts';
import type { Steps } from './steps.ts';
import type { TextWriter } from './text-writer.ts';

type SeriesWriter = (series: number) => void;

// Reading the clock costs about as much as writing a line; a series whose labels are rendered first, cold, 50 µs.
const SERIES_PER_CLOCK_READ = 32;

/**
 * Writes the samples of a family, step by step. Exemplars are written only where the format has room for them.
 * @param warned names warned of already; added to
 */
export function* writeFamily(
  writer: TextWriter,
  steps: Steps,
  family: Family,
  format: TextFormat,
  withExemplars: boolean,
  warned: Set<string>,
): Generator<Buffer, void, undefined> {
  const isDoubled = doubledSeries(family, warned);
  for (const each of family.members) {
    const member = yield* prepared(steps, each);
    const writeSeries =
      member.metric.kind === 'exponential_histogram'
        ? yield* exponentialWriter(writer, steps, member, format)
        : seriesWriter(writer, member, format, withExemplars);
    yield* writeMember(steps, member, writeSeries, isDoubled);
  }
}

/** Renders the labels of all series, after which it is known which of them have the same. */
function* prepared(steps: Steps, member: FamilyMember): Generator<Buffer, FamilyMember, undefined> {
  const { metric, text } = member;
  const { labels } = text;
  for (let series = labels.complete; series < metric.size; series++) {
    if (metric.has(series)) labels.prepare(metric, series);
    if (series % SERIES_PER_CLOCK_READ === SERIES_PER_CLOCK_READ - 1 && steps.due()) yield steps.take();
  }
  return labels.twins === undefined ? member : { ...member, metric: foldedMetric(metric, labels.twins) };
}

function* writeMember(
  steps: Steps,
  member: FamilyMember,
  writeSeries: SeriesWriter,
  isDoubled: IsDoubled | undefined,
): Generator<Buffer, void, undefined> {
  const { metric, text } = member;
  let series = 0;
  while (series < metric.size) {
    const stop = Math.min(series + SERIES_PER_CLOCK_READ, metric.size);
    for (; series < stop && !steps.full(); series++) {
      if (!metric.has(series) || !text.labels.isShown(series)) continue;
      if (isDoubled?.(member, series) === true) continue;
      writeSeries(series);
    }
    if (steps.due()) yield steps.take();
  }
}

function seriesWriter(
  writer: TextWriter,
  member: FamilyMember,
  format: TextFormat,
  withExemplars: boolean,
): SeriesWriter {
  const { metric, text } = member;
  if (metric.kind === 'histogram') {
    const lines = explicitLines(member, format);
    return (series) => writeExplicit(writer, member, lines, series, format === 'openmetrics');
  }
  // OpenMetrics 1.0.0, "Counter": a total must not be NaN.
  const isLeftOut = format === 'openmetrics' && text.type === 'counter' ? Number.isNaN : (): boolean => false;
  return (series) => {
    const value = metric.value(series);
    if (isLeftOut(value)) return;
    const exemplar = withExemplars ? metric.exemplar(series, 0) : undefined;
    writeSample(writer, member, text.sample, series, value, exemplar);
  };
}

/** Finds the grid that all series share, and gives the writer of one. */
function* exponentialWriter(
  writer: TextWriter,
  steps: Steps,
  member: FamilyMember,
  format: TextFormat,
): Generator<Buffer, SeriesWriter, undefined> {
  const { metric, text } = member;
  let grid = EMPTY_GRID;
  for (let series = 0; series < metric.size; series++) {
    if (metric.has(series)) grid = widenGrid(grid, metric.exponential(series));
    if (series % SERIES_PER_CLOCK_READ === SERIES_PER_CLOCK_READ - 1 && steps.due()) yield steps.take();
  }
  const bounds = gridBounds(grid);
  const lines = bucketLines(text, bounds, format);
  return (series) => writeExponential(writer, member, lines, bounds, series, format === 'openmetrics');
}
