import { describeValue, InstrumentError, type Problem } from './errors.ts';
import type { InstrumentationScope, MetricDescriptor } from './metric.ts';
import { DEFAULT_MAX_SIZE } from './stream/exponential-histogram.ts';
import { ExponentialStream } from './stream/exponential-stream.ts';
import { GaugeStream } from './stream/gauge-stream.ts';
import { DEFAULT_BOUNDARIES, HistogramStream } from './stream/histogram-stream.ts';
import type { Stream, StreamOptions } from './stream/stream.ts';
import { SumStream } from './stream/sum-stream.ts';
import type { AggregationOptions, MetricViewOptions } from './view.ts';

/** What is wrong with a list of views, if anything; paths begin with `path`. */
export function viewProblems(views: readonly MetricViewOptions[], path = 'views'): Problem[] {
  return views.flatMap((view, i) => {
    const problems: Problem[] = [];
    const selectors = [view.instrumentName, view.instrumentType, view.instrumentUnit, view.meterName];
    selectors.push(view.meterVersion, view.meterSchemaUrl);
    if (selectors.every((selector) => selector === undefined)) {
      problems.push({
        path: `${path}[${i}]`,
        found: 'no selector',
        expected:
          'at least one of instrumentName, instrumentType, instrumentUnit, meterName, meterVersion, meterSchemaUrl',
        fix: "Add instrumentName: '*' to select every instrument.",
      });
    }
    if (view.name !== undefined && (view.instrumentName === undefined || /[*?]/.test(view.instrumentName))) {
      problems.push({
        path: `${path}[${i}].instrumentName`,
        found: describeValue(view.instrumentName),
        expected: 'the name of one instrument, because the view gives its metric a name',
        fix: 'Leave out name, or select one instrument without wildcards.',
      });
    }
    const limit = limitProblem(view.aggregationCardinalityLimit, `${path}[${i}].aggregationCardinalityLimit`);
    return limit === undefined ? problems : [...problems, limit];
  });
}

/** What is wrong with a cardinality limit, if anything. 1 leaves the overflow series alone. */
export function limitProblem(limit: number | undefined, path: string): Problem | undefined {
  if (limit === undefined || (Number.isInteger(limit) && limit >= 1)) return undefined;
  return { path, found: describeValue(limit), expected: 'a whole number from 1' };
}

/** The views of a provider, in the order given. */
export class ViewRegistry {
  readonly #views: readonly { readonly view: MetricViewOptions; readonly name: RegExp | undefined }[];

  /** @throws {InstrumentError} `INSTRUMENT_CONFIG_INVALID`, with every problem of every view. */
  constructor(views: readonly MetricViewOptions[]) {
    const problems = viewProblems(views);
    if (problems.length > 0)
      throw new InstrumentError('INSTRUMENT_CONFIG_INVALID', 'The views are not valid', problems);
    this.#views = views.map((view) => ({
      view,
      name: view.instrumentName === undefined ? undefined : namePattern(view.instrumentName),
    }));
  }

  /** The views that select an instrument. */
  find(instrument: MetricDescriptor, scope: InstrumentationScope): MetricViewOptions[] {
    return this.#views
      .filter(
        ({ view, name }) =>
          (name === undefined || name.test(instrument.name)) &&
          (view.instrumentType === undefined || view.instrumentType === instrument.type) &&
          (view.instrumentUnit === undefined || view.instrumentUnit === instrument.unit) &&
          (view.meterName === undefined || view.meterName === scope.name) &&
          (view.meterVersion === undefined || view.meterVersion === scope.version) &&
          (view.meterSchemaUrl === undefined || view.meterSchemaUrl === scope.schemaUrl),
      )
      .map(({ view }) => view);
  }
}

function namePattern(pattern: string): RegExp {
  const source = pattern
    .replace(/[\^$\\.+()[\]{}|]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's');
}

/** What an instrument advises for its histogram. */
export interface Advice {
  readonly explicitBucketBoundaries?: readonly number[] | undefined;
}

/** Makes the stream of an instrument under an aggregation; `undefined` for `drop`. */
export function createStream(
  aggregation: AggregationOptions,
  advice: Advice,
  options: Omit<StreamOptions, 'monotonic'>,
): Stream | undefined {
  const { type } = options.descriptor;
  const monotonic = type === 'COUNTER' || type === 'OBSERVABLE_COUNTER' || type === 'HISTOGRAM';
  switch (aggregation.type) {
    case 'drop':
      return undefined;
    case 'sum':
      return new SumStream({ ...options, monotonic });
    case 'last_value':
      return new GaugeStream({ ...options, monotonic: false });
    case 'explicit_bucket_histogram':
      return new HistogramStream({
        ...options,
        monotonic: false,
        boundaries: aggregation.options?.boundaries ?? DEFAULT_BOUNDARIES,
        recordMinMax: aggregation.options?.recordMinMax ?? true,
      });
    case 'exponential_histogram':
      return new ExponentialStream({
        ...options,
        monotonic: false,
        maxSize: aggregation.options?.maxSize ?? DEFAULT_MAX_SIZE,
        recordMinMax: aggregation.options?.recordMinMax ?? true,
      });
    default:
      return createStream(defaultAggregation(type, advice), advice, options);
  }
}

/** The aggregation of an instrument that no view changes (specification, "Default Aggregation"). */
function defaultAggregation(type: MetricDescriptor['type'], advice: Advice): AggregationOptions {
  switch (type) {
    case 'HISTOGRAM':
      return {
        type: 'explicit_bucket_histogram',
        options: { boundaries: advice.explicitBucketBoundaries ?? DEFAULT_BOUNDARIES },
      };
    case 'GAUGE':
    case 'OBSERVABLE_GAUGE':
      return { type: 'last_value' };
    default:
      return { type: 'sum' };
  }
}
