import { createHash } from 'node:crypto';
import { levelOf, messageOf } from '../lines/level.ts';
import { type Notification, SEVERITIES } from '../notification.ts';

/** Version of the Elastic Common Schema that has all fields used here with the meaning that they are used in. */
const ECS_VERSION = '8.11.0';
/** Longest id of a document (Elasticsearch, index API). */
const MAX_ID_BYTES = 512;
/** `type-dataset-namespace` (Elastic, data stream naming scheme). */
const DATA_STREAM = /^(logs)-([^-]+)-([^-]+)$/;

/**
 * A notification in the Elastic Common Schema (elastic.co/guide/en/ecs/current: base, ecs, event, host, log, service, tracing).
 * What the event said is under `instrument.payload`; with `isPlain` as text under `event.original`, which has no mapping that it could
 * offend.
 */
export function documentOf(notification: Notification, index: string, isPlain: boolean): object {
  const { id, event, timestampMillis, severity, phase, key, title, source, traceId, spanId } = notification;
  const { service, version, environment, host, instance } = source;
  const [, type, dataset, namespace] = DATA_STREAM.exec(index) ?? [];
  const payload = notification.payload;
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
      ...(isPlain ? { original: JSON.stringify(payload) } : {}),
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
    ...(isPlain ? {} : { instrument: { payload } }),
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
