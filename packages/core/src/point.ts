import type { Attributes } from '@opentelemetry/api';
import type { MetricPoint } from './metric.ts';
import type { Stream } from './stream/stream.ts';

/** One series of a stream as a point of plain values. */
export function pointOf(
  stream: Stream,
  series: number,
  reader: object | undefined,
  startMillis: number,
): MetricPoint {
  const attributes = stream.index.attributes(series);
  return { attributes, startMillis, value: stateOf(stream, series, reader) };
}

/** What a series holds, as plain values. */
export function stateOf(stream: Stream, series: number, reader: object | undefined): MetricPoint['value'] {
  switch (stream.kind) {
    case 'histogram':
      return {
        count: stream.count(series, reader),
        sum: stream.value(series, reader),
        min: stream.min(series, reader),
        max: stream.max(series, reader),
        boundaries: stream.boundaries,
        counts: countsOf(stream, series, reader),
      };
    case 'exponential_histogram':
      return stream.exponential(series, reader);
    default:
      return stream.value(series, reader);
  }
}

function countsOf(stream: Stream, series: number, reader: object | undefined): number[] {
  const counts: number[] = [];
  for (let i = 0; i <= stream.boundaries.length; i++) counts.push(stream.bucket(series, i, reader));
  return counts;
}

/** A point of an interval. Its attributes are made when they are asked for: who reads in place has them already. */
export class IntervalPoint implements MetricPoint {
  readonly startMillis: number;
  readonly value: MetricPoint['value'];
  readonly #index: Stream['index'];
  readonly #series: number;

  constructor(stream: Stream, series: number, startMillis: number, value: MetricPoint['value']) {
    this.startMillis = startMillis;
    this.value = value;
    this.#index = stream.index;
    this.#series = series;
  }

  get attributes(): Attributes {
    return this.#index.attributes(this.#series);
  }
}
