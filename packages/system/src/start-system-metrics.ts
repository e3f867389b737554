import { type BatchObservableCallback, diag, type Meter } from '@opentelemetry/api';
import { meterProvider, reasonOf, reportFault } from '@org/instrument-core';
import type { Group } from './group.ts';
import { CREATORS } from './groups/creators.ts';
import type { SystemMetricsOptions } from './options.ts';
import { type GroupName, settingsOf } from './settings.ts';

const SCOPE = '@org/instrument-system';
/** The only one that has to wait. A meter of its own, for a snapshot does not wait for a meter that does. */
const WAITING: GroupName = 'filesystem';

/** System metrics as they run. */
export interface SystemMetrics {
  /** Shows the metrics no more, and ends what runs between collections. Idempotent. */
  stop(): void;
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
  const stops: (() => void)[] = [];
  for (const name of settings.groups) {
    const ownMeter = name === WAITING ? provider.getMeter(`${SCOPE}/${name}`) : meter;
    try {
      const group = CREATORS[name]({ meter: ownMeter, settings });
      stops.push(attach(name, group, ownMeter));
    } catch (error) {
      // Other platforms have no /proc: nobody need be warned there.
      const isUnusual = process.platform === 'linux';
      diag[isUnusual ? 'warn' : 'info'](`system: there are no ${name} metrics: ${reasonOf(error)}`);
    }
  }
  return {
    stop() {
      for (const stop of stops.splice(0)) stop();
    },
  };
}

/** Asks the group in every collection, and keeps its faults from whoever collects. */
function attach(name: GroupName, group: Group, meter: Meter): () => void {
  const observables = [...group.observables];
  const report = (error: unknown): void => reportFault('system', `reading ${name} metrics`, error);
  const callback: BatchObservableCallback = (result) => {
    try {
      return group.observe(result)?.catch(report);
    } catch (error) {
      report(error);
    }
  };
  if (observables.length > 0) meter.addBatchObservableCallback(callback, observables);
  return () => {
    if (observables.length > 0) meter.removeBatchObservableCallback(callback, observables);
    group.stop?.();
  };
}
