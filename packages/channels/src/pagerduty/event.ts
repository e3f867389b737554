import { jsonOf } from '../http/json.ts';
import { originOf } from '../message/facts.ts';
import { fitLine } from '../message/fit.ts';
import { timeOf } from '../message/look.ts';
import type { Json, Notification, Phase, Severity } from '../notification.ts';
import { cutText, printable } from '../text.ts';
import type { PagerDutyImage, PagerDutyLink } from './options.ts';

/** Longest texts (https://developer.pagerduty.com/docs/events-api-v2/trigger-events). */
const MAX_SUMMARY = 1_024;
const MAX_SOURCE = 1_024;
/** Texts of which PagerDuty names no limit. */
const MAX_FIELD = 255;
const MAX_TEXT = 32_768;
/** A request has 512 KB at most; what is not the payload is far less than the difference. */
const MAX_PAYLOAD_BYTES = 384 * 1_024;

/** An event of the Events API v2. */
export interface PagerDutyEvent {
  readonly routing_key: string;
  readonly event_action: 'trigger' | 'acknowledge' | 'resolve';
  readonly dedup_key: string;
  readonly payload: {
    readonly summary: string;
    readonly source: string;
    readonly severity: Severity;
    readonly timestamp: string;
    readonly component: string;
    readonly group?: string;
    readonly class: string;
    readonly custom_details: Readonly<Record<string, Json | undefined>>;
  };
  readonly client?: string;
  readonly client_url?: string;
  readonly links?: readonly PagerDutyLink[];
  readonly images?: readonly PagerDutyImage[];
}

/** What a phase does to an incident; what does not last begins one. */
const ACTIONS: Readonly<Record<Phase, PagerDutyEvent['event_action']>> = {
  occurred: 'trigger',
  triggered: 'trigger',
  acknowledged: 'acknowledge',
  resolved: 'resolve',
};

/** What of an event does not come from the notification alone. */
export interface EventParts {
  readonly routingKey: string;
  readonly dedupKey: string;
  readonly client: string | undefined;
  readonly clientUrl: string | undefined;
  readonly links: readonly PagerDutyLink[];
  readonly images: readonly PagerDutyImage[];
}

/** A notification as an event. Severities have the names that PagerDuty has. */
export function eventOf(notification: Notification, parts: EventParts): PagerDutyEvent {
  const { phase, severity, title, event, key, source } = notification;
  const { routingKey, dedupKey, clientUrl, links, images } = parts;
  const client = parts.client ?? source.service;
  const group = fitLine([source.service, source.environment].filter(Boolean).join('/'), MAX_FIELD);
  return {
    routing_key: routingKey,
    event_action: ACTIONS[phase],
    dedup_key: dedupKey,
    payload: {
      summary: fitLine(
        title,
        MAX_SUMMARY,
        undefined,
        fitLine(event, MAX_SUMMARY, undefined, 'A notification without a title'),
      ),
      source: fitLine(
        source.host ?? source.instance ?? source.service ?? '',
        MAX_SOURCE,
        undefined,
        'unknown',
      ),
      severity,
      timestamp: timeOf(notification),
      component: fitLine(key, MAX_FIELD, undefined, '–'),
      ...(group === '' ? {} : { group }),
      class: fitLine(event, MAX_FIELD, undefined, '–'),
      custom_details: detailsOf(notification),
    },
    ...(client === undefined || client === '' ? {} : { client: fitLine(client, MAX_FIELD, undefined, '–') }),
    ...(clientUrl === undefined ? {} : { client_url: clientUrl }),
    ...(links.length === 0 ? {} : { links }),
    ...(images.length === 0 ? {} : { images }),
  };
}

function detailsOf(notification: Notification): Record<string, Json | undefined> {
  const { id, text, traceId, spanId, payload } = notification;
  const origin = originOf(notification);
  const isTooLarge = Buffer.byteLength(jsonOf(payload)) > MAX_PAYLOAD_BYTES;
  return {
    id: cutText(id, MAX_FIELD),
    ...(text === '' ? {} : { text: cutText(printable(text), MAX_TEXT) }),
    ...(origin === '' ? {} : { from: cutText(printable(origin), MAX_FIELD * 3) }),
    ...(traceId === undefined ? {} : { trace_id: traceId.toWellFormed().slice(0, MAX_FIELD) }),
    ...(spanId === undefined ? {} : { span_id: spanId.toWellFormed().slice(0, MAX_FIELD) }),
    payload: isTooLarge ? 'left out: it is too large' : payload,
  };
}
