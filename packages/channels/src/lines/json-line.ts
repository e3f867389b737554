import type { Notification } from '../notification.ts';
import { escapeJson } from './escape.ts';

/** A notification as a line of NDJSON, with its line feed: as it is, behind its time in ISO 8601. */
export function jsonLine(notification: Notification): string {
  const timestamp = new Date(notification.timestampMillis).toISOString();
  return `${escapeJson(JSON.stringify({ timestamp, ...notification }))}\n`;
}
