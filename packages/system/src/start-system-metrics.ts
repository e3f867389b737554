import type { BatchObservableCallback, BatchObservableResult, Meter } from '@opentelemetry/api';
import { meterProvider, reasonOf, reportFault, tell } from '@org/instrument-core';
import type { Group } from './group.ts';
import { CREATORS } from './groups/creators.ts';
import type { SystemMetricsOptions } from './options.ts';
import { KernelFiles } from './reading/kernel-files.ts';
import { type GroupName, settingsOf } from './settings.ts';

const SCOPE = '@org/instrument-system';
/** The only one that has to wait. A meter of its own, for a snapshot does not wait for a meter that does. */
const WAITING: GroupName = 'filesystem';

/** System metrics as they run. */
export interface SystemMetrics {
  /** Shows the metrics no more, and ends what runs between collections. Idempotent. */
  stop(): void;
}

/** A group that there is. */
interface Member {
  readonly name: GroupName;
  readonly group: Group;
}

/**
 * Shows what the machine, the container, the process and the runtime are doing, in every collection. What the platform
 * does not tell is left out, and said once through `diag`. Nothing runs while nobody collects, except the timer of the
 * event loop's delay and the observer of garbage collections.
 *
 * @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT` with all problems of the options; nothing else, then or later.
 */
export function startSystemMetrics(options: SystemMetricsOptions = {}): SystemMetrics {
  const settings = settingsOf(options);
  const provider = options.meterProvider ?? meterProvider;
  const meter = provider.getMeter(SCOPE);
  const waitingMeter = provider.getMeter(`${SCOPE}/${WAITING}`);
  const files = new KernelFiles();
  const create = (name: GroupName): Member[] => {
    try {
      const ownMeter = name === WAITING ? waitingMeter : meter;
      return [{ name, group: CREATORS[name]({ meter: ownMeter, settings, files }) }];
    } catch (error) {
      // Other platforms have no /proc: nobody need be warned there.
      const isUnusual = process.platform === 'linux';
      tell(isUnusual ? 'warn' : 'info', `system: there are no ${name} metrics: ${reasonOf(error)}`);
      return [];
    }
  };
  const members = settings.groups.flatMap(create);
  const detachments = [
    attach(
      members.filter(({ name }) => name !== WAITING),
      meter,
    ),
    attach(
      members.filter(({ name }) => name === WAITING),
      waitingMeter,
    ),
  ];
  return {
    stop() {
      for (const detach of detachments.splice(0)) detach();
      for (const { group } of members.splice(0)) group.stop?.();
      files.close();
    },
  };
}

/** Asks the groups in every collection, by one callback: each that a meter has takes promises and turns of its own. */
function attach(members: readonly Member[], meter: Meter): () => void {
  const observables = members.flatMap(({ group }) => group.observables);
  if (observables.length === 0) return () => {};
  const callback: BatchObservableCallback = (result) => {
    let waiting: Promise<void> | undefined;
    for (const member of members) waiting = observe(member, result) ?? waiting;
    return waiting;
  };
  meter.addBatchObservableCallback(callback, observables);
  return () => meter.removeBatchObservableCallback(callback, observables);
}

/** Keeps the faults of a group from whoever collects, and from the other groups. */
function observe({ name, group }: Member, result: BatchObservableResult): Promise<void> | undefined {
  const report = (error: unknown): void => reportFault('system', `reading ${name} metrics`, error);
  try {
    return group.observe(result)?.catch(report);
  } catch (error) {
    report(error);
    return undefined;
  }
}
