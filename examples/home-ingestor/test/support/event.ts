import { toldValue } from '../../src/devices/told-value.ts';
import type { DeviceEvent } from '../../src/event/device-event.ts';

/** The event that the sensor of that name tells with that number. */
export function eventOf(sequence: number, device = 'sensor-1', boot = 7): DeviceEvent {
  const value = toldValue('sensor', sequence);
  return { device, boot, sequence, domain: 'sensor', entity: 'temperature', value, at: 1_700_000_000_000 };
}

/** A line with that event. */
export function lineOf(sequence: number, device?: string, boot?: number): string {
  return `${JSON.stringify(eventOf(sequence, device, boot))}\n`;
}
