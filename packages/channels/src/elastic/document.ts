import { createHash } from 'node:crypto';
import { levelOf, messageOf } from '../lines/level.ts';
import { type Notification, SEVERITIES } from '../notification.ts';
import { cutText } from '../text.ts';

/** Version of the Elastic Common Schema that has all fields used here with the meaning that they are used in. */
const ECS_VERSION = '8.11.0';
/** Longest id of a document (Elasticsearch, index API). */
const MAX_ID_BYTES = 512;
/** `type-dataset-namespace` (Elastic, data stream naming scheme). */
const DATA_STREAM = /^(logs)-([^-]+)-([^-]+)$/;

/** Characters of the original where it may not be analysed: a term has 32,766 bytes at most (Lucene), four for a character. */
const MAX_TERM_CHARACTERS = 8_000;

/**
 * How much of a notification its document has.
 *
 * - `full`: what the event said under `instrument.payload`.
 * - `mapped`: that, and as text under `event.original`, so that this field has a mapping before one that needs it comes: an index that
 *   has all the fields that it may have takes no new one.
 * - `plain`: as text alone, which has no mapping that it could offend.
 * - `bare`: only fields that every document has, all else as text, cut where a term would be too long.
 */
export type DocumentForm = 'full' | 'mapped' | 'plain' | 'bare';

/**
 * A notification in the Elastic Common Schema (elastic.co/guide/en/ecs/current: base, ecs, event, host, log, service, tracing).
 */
export function documentOf(notification: Notification, index: string, form: DocumentForm): object {
  const { id, event, timestampMillis, severity, phase, key, title, source } = notification;
  const isBare = form === 'bare';
  const traceId = isBare ? undefined : notification.traceId;
  const spanId = isBare ? undefined : notification.spanId;
  const { service, version, environment, host, instance } = isBare ? {} : source;
  const [, type, dataset, namespace] = DATA_STREAM.exec(index) ?? [];
  const { payload } = notification;
  const original = isBare
    ? cutText(JSON.stringify(notification), MAX_TERM_CHARACTERS)
    : JSON.stringify(payload);
  return {
    '@timestamp': new Date(timestampMillis).toISOString(),
    ecs: { version: ECS_VERSION },
    message: messageOf(notification),
    log: { level: levelOf(notification) },
    ...(type === undefined ? {} : { data_stream: { type, dataset, namespace } }),
    event: {
      id,
      // Allowed values of event.kind: an alert is what somebody's rule has found; the others are events.
      kind: event.startsWith('alert.') ? 'alert' : 'event',
      module: 'instrument',
      dataset: dataset ?? 'instrument',
      action: event,
      // A number, the greater the worse: 1 info, 2 warning, 3 error, 4 critical.
      severity: SEVERITIES.indexOf(severity) + 1,
      reason: title,
      ...(form === 'full' ? {} : { original }),
    },
    ...within('service', {
      name: service,
      version,
      environment,
      node: instance === undefined ? undefined : { name: instance },
    }),
    ...within('host', { name: host, hostname: host }),
    ...within('trace', { id: traceId }),
    ...within('span', { id: spanId }),
    // Flat, all of them keywords.
    labels: { notification_key: key, notification_phase: phase, notification_severity: severity },
    ...(form === 'full' || form === 'mapped' ? { instrument: { payload } } : {}),
  };
}

/** Id of the document of a notification. */
export function documentId({ id }: Notification): string {
  return id !== '' && Buffer.byteLength(id) <= MAX_ID_BYTES
    ? id
    : createHash('sha256').update(id).digest('hex');
}

function within(name: string, fields: Readonly<Record<string, unknown>>): object {
  const known = Object.entries(fields).filter(([, value]) => value !== undefined && value !== '');
  return known.length === 0 ? {} : { [name]: Object.fromEntries(known) };
}
