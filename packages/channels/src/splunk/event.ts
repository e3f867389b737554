import { levelOf, messageOf } from '../lines/level.ts';
import type { Notification } from '../notification.ts';
import type { SplunkTarget } from './options.ts';

/**
 * A notification as an event of the HTTP Event Collector (Splunk, "Format events for HTTP Event Collector"): what it is about as
 * metadata and indexed fields, which must be flat text, and all of it as the event itself.
 */
export function eventOf(
  notification: Notification,
  { index, source, sourcetype, host }: Pick<SplunkTarget, 'index' | 'source' | 'sourcetype' | 'host'>,
): object {
  const { id, event, timestampMillis, severity, phase, key, title, text, payload, traceId, spanId } =
    notification;
  const { service, version, environment, instance, host: ownHost } = notification.source;
  const from = host ?? ownHost;
  return {
    // Seconds, with milliseconds.
    time: Number((timestampMillis / 1_000).toFixed(3)),
    ...(from === undefined || from === '' ? {} : { host: from }),
    source,
    sourcetype,
    ...(index === undefined ? {} : { index }),
    event: {
      id,
      event,
      level: levelOf(notification),
      severity,
      phase,
      key,
      message: messageOf(notification),
      title,
      text,
      ...known({ service, version, environment, instance }),
      ...known({ trace_id: traceId, span_id: spanId }),
      payload,
    },
    fields: known({ event_name: event, severity, phase, service, environment }),
  };
}

function known(fields: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined && value !== '');
  return Object.fromEntries(entries) as Record<string, string>;
}
