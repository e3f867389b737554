import { reportFault } from '@org/instrument-core';
import type { Notification, NotificationSource } from '../notification.ts';
import { boundedText, oneLine } from '../text.ts';
import { numberOf } from './fields.ts';
import { boundedKey } from './key.ts';
import { KnownWell } from './known-well.ts';
import { OpenConditions } from './open-conditions.ts';
import { readEvent } from './read-event.ts';
import type { Payload, Reading } from './reading.ts';
import { safePayload } from './safe-payload.ts';
import { readTrace } from './trace.ts';
import { describeMillis } from './words.ts';

/** Times whose years have four digits, as RFC 3339 and most receivers have them; microseconds for milliseconds are beyond. */
const MAX_TIME = Date.UTC(9_999, 11, 31, 23, 59, 59, 999);

/**
 * Makes the function that turns events of the bus into notifications. It never throws, whatever the payload; what it gives is
 * safe to write as JSON, its payload of at most 64 KiB, without what looks like a secret, and nothing can change it any more.
 * What ends a condition has the severity that the condition had at its worst, as far as `open` knows of it.
 * `well` is told what is well.
 */
export function createNotificationReader(
  source: NotificationSource,
  open: OpenConditions = new OpenConditions(),
  well: KnownWell = new KnownWell(),
): (event: string, payload: unknown, id: string) => Notification {
  const own = Object.freeze({ ...source });
  return (event, payload, id) => {
    const safe = safePayload(event, payload);
    const timestampMillis = timeOf(safe);
    const reading = inLight(open, bounded(event, read(event, safe, own)));
    well.follow(reading, event, safe);
    const { severity, phase, lastedMillis } = open.follow(reading, timestampMillis);
    return Object.freeze({
      id,
      event,
      timestampMillis,
      severity,
      phase,
      key: reading.key,
      title: reading.tellsDuration === true ? withDuration(reading.title, lastedMillis) : reading.title,
      text: reading.text ?? '',
      source: own,
      ...readTrace(safe),
      payload: safe,
    });
  };
}

function read(event: string, payload: Payload, source: NotificationSource): Reading {
  try {
    return readEvent(event, payload, source);
  } catch (error) {
    // What is read is plain data; should a reader stumble, the event is told as it is.
    reportFault('channels', 'reading an event', error);
    return { severity: 'info', key: event, title: event };
  }
}

/** A reading as it is where the condition that it would end may not be open. */
function inLight(open: OpenConditions, reading: Reading): Reading {
  const { unlessOpen, key } = reading;
  if (unlessOpen === undefined || open.endsWithThis(key)) return reading;
  return { ...reading, ...unlessOpen, title: oneLine(unlessOpen.title) };
}

function withDuration(title: string, millis: number | undefined): string {
  return millis === undefined ? title : oneLine(`${title}, after ${describeMillis(millis)}`);
}

function bounded(event: string, reading: Reading): Reading {
  const title = oneLine(reading.title);
  return {
    ...reading,
    key: boundedKey(reading.key) || boundedKey(event),
    title: title === '' ? oneLine(event) : title,
    text: boundedText(reading.text ?? ''),
  };
}

function timeOf(payload: Payload): number {
  const millis = numberOf(payload, 'timestampMillis');
  return millis !== undefined && millis >= 0 && millis <= MAX_TIME ? millis : Date.now();
}
