import { cleanName, IN_HEAD, tagText } from './clean.ts';
import type { Dialect } from './dialect.ts';

/** The dialect of Librato: `name#key=value,key=value:1|c` (statsd-librato-backend, "Stat-level tags"). */
export const librato: Dialect = {
  name: 'librato',
  sampleType: 'ms',
  head: (name, tags) =>
    tags.length === 0 ? cleanName(name) : `${cleanName(name)}#${tagText(tags, '=', IN_HEAD)}`,
  tail: () => '',
  timestamp: () => '',
};
