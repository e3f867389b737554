import { isSpanContextValid } from '@opentelemetry/api';
import type { Notification } from '../notification.ts';
import { textOf } from './fields.ts';
import type { Payload } from './reading.ts';

/** Trace and span that an event belongs to, where it tells valid ids. */
export function readTrace(payload: Payload): Pick<Notification, 'traceId' | 'spanId'> {
  const traceId = textOf(payload, 'traceId');
  const spanId = textOf(payload, 'spanId');
  if (traceId === undefined || !isSpanContextValid({ traceId, spanId: ANY_SPAN, traceFlags: 0 })) return {};
  if (spanId === undefined || !isSpanContextValid({ traceId, spanId, traceFlags: 0 })) return { traceId };
  return { traceId, spanId };
}

const ANY_SPAN = '0000000000000001';
