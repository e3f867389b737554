import type { MeterProvider } from '../src/index.ts';

/** Values of a metric (counts, for a histogram) by their attributes: `{ 'scope=item,error_type=Error': 2 }`. */
export function metricValues(provider: MeterProvider, name: string): Record<string, number> {
  return Object.fromEntries(
    provider
      .snapshot()
      .filter((series) => series.name === name)
      .map(({ attributes, value, count }) => [
        Object.entries(attributes)
          .map((pair) => pair.join('='))
          .sort()
          .join(','),
        count ?? value,
      ]),
  );
}
