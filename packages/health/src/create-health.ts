import { processWide } from '@org/instrument-core';
import type { Health, HealthOptions } from './health.ts';
import { HealthRegistry } from './registry.ts';

/**
 * A set of checks of its own. Most applications use {@link health}, which is that of the process, and alone tells
 * `health.system.status` on the meter provider of the process. `stop()` lets go of one that is used no more.
 */
export function createHealth(options: HealthOptions = {}): Health {
  return new HealthRegistry(options, false);
}

/** The health of the process. */
export const health: Health = processWide('health', () => new HealthRegistry({}, true));
