import type { ComponentHealth, SystemHealth } from '@org/instrument-health';

/** One component of a report. */
export function componentOf({ components }: SystemHealth, name: string): ComponentHealth {
  const found = components.find((component) => component.name === name);
  if (found === undefined) throw new Error(`The report has no ${name}.`);
  return found;
}
