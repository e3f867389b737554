import { processWide } from '@org/instrument-core';
import type { Health, HealthOptions } from './health.ts';
import { HealthRegistry } from './registry.ts';

/** A set of checks of its own. Most applications use {@link health}, which is that of the process. */
export function createHealth(options: HealthOptions = {}): Health {
  return new HealthRegistry(options);
}

/** The health of the process. */
export const health: Health = processWide('health', () => createHealth());
