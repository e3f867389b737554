import { cleanName, IN_HEAD, tagText } from './clean.ts';
import type { Dialect } from './dialect.ts';

/** The dialect of InfluxDB's Telegraf: `name,key=value,key=value:1|c` (Telegraf, input plugin `statsd`). */
export const influx: Dialect = {
  name: 'influx',
  sampleType: 'ms',
  head: (name, tags) =>
    tags.length === 0 ? cleanName(name) : `${cleanName(name)},${tagText(tags, '=', IN_HEAD)}`,
  tail: () => '',
  timestamp: () => '',
};
