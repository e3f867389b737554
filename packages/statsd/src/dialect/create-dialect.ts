import type { Dialect, DialectName } from './dialect.ts';
import { createDogstatsd, type DogstatsdOptions } from './dogstatsd.ts';
import { influx } from './influx.ts';
import { librato } from './librato.ts';
import { plain } from './plain.ts';
import { signalfx } from './signalfx.ts';

const TAG_DIALECTS = { plain, influx, librato, signalfx } as const;

/** The names of all dialects. */
export const DIALECT_NAMES: readonly DialectName[] = ['dogstatsd', 'plain', 'influx', 'librato', 'signalfx'];

/** The dialect of a name. */
export function createDialect(name: DialectName, dogstatsd: DogstatsdOptions): Dialect {
  return name === 'dogstatsd' ? createDogstatsd(dogstatsd) : TAG_DIALECTS[name];
}
