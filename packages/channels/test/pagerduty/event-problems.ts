import { keyProblems, textProblems } from '../message/text-problems.ts';

// biome-ignore lint/suspicious/noExplicitAny: what comes over the wire.
type Wire = any;

const MAX_BYTES = 512 * 1_024;
const PAYLOAD_KEYS = [
  'summary',
  'source',
  'severity',
  'timestamp',
  'component',
  'group',
  'class',
  'custom_details',
];

/** What PagerDuty would refuse of an event, by its documentation of the Events API v2. */
export function pagerDutyProblems(body: Uint8Array, event: Wire): string[] {
  const {
    routing_key: key,
    event_action: action,
    dedup_key: dedup,
    payload,
    client,
    links = [],
    images = [],
    ...rest
  } = event;
  const problems = keyProblems('event', rest, ['client_url']);
  if (body.byteLength > MAX_BYTES) problems.push(`${body.byteLength} bytes`);
  if (!/^[A-Za-z0-9]{32}$/.test(key)) problems.push("length of 'routing_key' is incorrect");
  if (!['trigger', 'acknowledge', 'resolve'].includes(action)) problems.push(`event_action ${action}`);
  problems.push(...textProblems('dedup_key', dedup, 255));
  problems.push(...keyProblems('payload', payload, PAYLOAD_KEYS));
  problems.push(...textProblems('summary', payload.summary, 1_024));
  problems.push(...textProblems('source', payload.source, 1_024));
  for (const name of ['component', 'class'] as const)
    problems.push(...textProblems(name, payload[name], 255));
  if (payload.group !== undefined) problems.push(...textProblems('group', payload.group, 255));
  if (client !== undefined) problems.push(...textProblems('client', client, 255));
  if (!['critical', 'error', 'warning', 'info'].includes(payload.severity)) problems.push('severity');
  if (Number.isNaN(Date.parse(payload.timestamp))) problems.push('timestamp');
  if (typeof payload.custom_details !== 'object') problems.push('custom_details');
  for (const link of links) if (!URL.canParse(link.href)) problems.push('link');
  for (const image of images) if (!URL.canParse(image.src)) problems.push('image');
  return problems;
}
