import type { NotificationSource } from '../notification.ts';
import { readAlert } from './alert.ts';
import { readAudit } from './audit.ts';
import { readChannel } from './channel.ts';
import { readExecution } from './execution.ts';
import { readHealth } from './health.ts';
import { readOwn } from './own.ts';
import { readPerformance } from './performance.ts';
import { readPipeline } from './pipeline.ts';
import type { EventReader, Payload, Reading } from './reading.ts';

/** Who reads the events of which room: the first word of their names. */
const ROOMS: ReadonlyMap<string, EventReader> = new Map([
  ['alert', readAlert],
  ['audit', readAudit],
  ['channel', readChannel],
  ['execution', readExecution],
  ['health', readHealth],
  ['performance', readPerformance],
  ['pipeline', readPipeline],
]);

/** Reads an event, by the words of its room or, where that does not know it, by what it says of itself. */
export function readEvent(event: string, payload: Payload, source: NotificationSource): Reading {
  const room = ROOMS.get(event.slice(0, Math.max(0, event.indexOf('.'))));
  return room?.(event, payload, source) ?? readOwn(event, payload);
}
