import { cleanName, IN_HEAD, tagText } from './clean.ts';
import type { Dialect } from './dialect.ts';

/** The dialect of SignalFx: `name[key=value,key=value]:1|c` (SignalFx agent, monitor `collectd/statsd`). */
export const signalfx: Dialect = {
  name: 'signalfx',
  sampleType: 'ms',
  head: (name, tags) =>
    tags.length === 0 ? cleanName(name) : `${cleanName(name)}[${tagText(tags, '=', IN_HEAD)}]`,
  tail: () => '',
  timestamp: () => '',
};
