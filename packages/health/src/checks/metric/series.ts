import type { Attributes, AttributeValue } from '@opentelemetry/api';
import type { SeriesSnapshot } from '@org/instrument-core';
import type { MetricField } from './source.ts';

/** Whether a series has these attributes. */
export function hasAttributes(series: Attributes, wanted: Attributes): boolean {
  return Object.entries(wanted).every(([key, value]) => isSame(series[key], value));
}

function isSame(a: AttributeValue | undefined, b: AttributeValue | undefined): boolean {
  return a === b || (Array.isArray(a) && JSON.stringify(a) === JSON.stringify(b));
}

/** One figure of several series; `undefined` when none of them has it. */
export function combined(series: readonly SeriesSnapshot[], field: MetricField): number | undefined {
  switch (field) {
    case 'value':
      return combinedValue(series);
    case 'count':
    case 'sum':
      return total(series.map((one) => one[field]));
    case 'min':
      return extreme(
        series.map((one) => one.min),
        Math.min,
      );
    case 'max':
      return extreme(
        series.map((one) => one.max),
        Math.max,
      );
    default:
      // Quantiles cannot be put together from quantiles: the whole is at most as slow as its slowest part.
      return extreme(
        series.map((one) => one.quantiles?.[field]),
        Math.max,
      );
  }
}

function combinedValue(series: readonly SeriesSnapshot[]): number | undefined {
  if (series.every(({ count }) => count === undefined)) return total(series.map(({ value }) => value));
  const count = combined(series, 'count');
  const sum = combined(series, 'sum');
  return count === undefined || sum === undefined || count === 0 ? undefined : sum / count;
}

function known(values: readonly (number | undefined)[]): number[] {
  return values.filter((value) => value !== undefined);
}

function total(values: readonly (number | undefined)[]): number | undefined {
  const numbers = known(values);
  return numbers.length === 0 ? undefined : numbers.reduce((sum, value) => sum + value, 0);
}

function extreme(
  values: readonly (number | undefined)[],
  choose: (a: number, b: number) => number,
): number | undefined {
  const numbers = known(values);
  return numbers.length === 0 ? undefined : numbers.reduce((a, b) => choose(a, b));
}
