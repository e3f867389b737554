import { createHash } from 'node:crypto';
import { reportFault } from '@org/instrument-core';
import type { Notification } from '../notification.ts';
import { cutText, lineOf } from '../text.ts';
import type { PagerDutyOptions } from './options.ts';

/** Longest key (https://developer.pagerduty.com/docs/events-api-v2/trigger-events, "dedup_key"). */
const MAX_LENGTH = 255;
const HASH_LENGTH = 43;

/** What is the same for all notifications of one incident, and differs between incidents. */
export function dedupKeyOf(notification: Notification, own: PagerDutyOptions['dedupKey']): string {
  return bounded(ownKey(notification, own) ?? defaultKey(notification));
}

function defaultKey({ source, key, event }: Notification): string {
  const parts = [source.service, source.environment, key === '' ? event : key];
  return parts.filter((part) => part !== undefined && part !== '').join('/');
}

function ownKey(notification: Notification, own: PagerDutyOptions['dedupKey']): string | undefined {
  if (own === undefined) return undefined;
  try {
    const key: unknown = own(notification);
    if (typeof key === 'string' && key !== '') return key;
    throw new TypeError(`it returned ${key === '' ? 'empty text' : `a value of type ${typeof key}`}`);
  } catch (error) {
    reportFault('channels', 'dedupKey of PagerDuty', error);
    return undefined;
  }
}

/** A key that is not fit as it is has a hash of what it was: keys that differ stay different. */
function bounded(key: string): string {
  if (key === '') return 'notification';
  const line = lineOf(key);
  if (line === key && key.length <= MAX_LENGTH) return key;
  const hash = createHash('sha256').update(key).digest('base64url');
  return `${cutText(line, MAX_LENGTH - HASH_LENGTH - 1)}#${hash}`;
}
