import { parseDuration } from '@org/instrument-core';
import type { BuildOptions, SystemOptions } from '@org/instrument-system';
import { age, bool, list, text } from './leaves.ts';
import { type Fields, fieldsOf, type Leaf, type List } from './rule.ts';

/** A utilisation over less is that of a few clock ticks. */
const LEAST_INTERVAL_MILLIS = 100;

const interval: Leaf = {
  ...age(),
  expected: `a duration of at least ${LEAST_INTERVAL_MILLIS} ms, in milliseconds or such as '30s'`,
  accepts: (value) => (parseDuration(value) ?? 0) >= LEAST_INTERVAL_MILLIS,
};
const names: List = list('a list of names', text("a name such as 'eth*'"));
const directory = text('the path of a directory');

/** The option `system`. */
export const system: Fields = fieldsOf<SystemOptions>(
  {
    cpu: bool,
    memory: bool,
    load: bool,
    paging: bool,
    disk: bool,
    filesystem: bool,
    network: bool,
    process: bool,
    eventLoop: bool,
    gc: bool,
    heap: bool,
    handles: bool,
    container: bool,
    build: fieldsOf<BuildOptions>({ version: text(), revision: text() }, { switched: 'both' }),
    interval,
    perCpu: bool,
    diskInclude: names,
    diskExclude: names,
    networkInclude: names,
    networkExclude: names,
    filesystemInclude: names,
    filesystemExclude: names,
    procDirectory: directory,
    cgroupDirectory: directory,
  },
  { switched: 'both' },
);
