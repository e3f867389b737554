import { buildInformation } from '../build-information.ts';
import type { Group, GroupContext } from '../group.ts';
import { InstrumentSet } from '../instrument-set.ts';

/** `instrument.build.info`: 1, what is told being in the attributes, as Prometheus' `*_build_info` are. */
export function createBuild({ meter, settings }: GroupContext): Group {
  const set = new InstrumentSet(meter);
  const info = set.gauge('instrument.build.info', '', 'What the program was built from and runs on');
  const attributes = buildInformation(settings.build, process.env, process.argv[1]);
  return { observables: set.all, observe: (result) => result.observe(info, 1, attributes) };
}
