import { clean, cleanName } from './clean.ts';
import type { Dialect } from './dialect.ts';

/** A level of a name has no dots. */
const NOT_IN_LEVELS = /[^A-Za-z0-9_-]/gu;

/**
 * StatsD as it began, without tags (github.com/statsd/statsd, `docs/metric_types.md`). Each tag makes two levels of the
 * name, `name.key.value`: to leave tags out would have gauges of different series overwrite each other.
 */
export const plain: Dialect = {
  name: 'plain',
  sampleType: 'ms',
  tagsAreLevels: true,
  head: (name, tags) =>
    [
      cleanName(name),
      ...tags.flatMap(({ key, value }) => [clean(key, NOT_IN_LEVELS), clean(value, NOT_IN_LEVELS)]),
    ].join('.'),
  tail: () => '',
  timestamp: () => '',
};
