import type { OptionReader } from '@org/instrument-core';
import type { Notification } from '../notification.ts';
import { fitLine } from './fit.ts';

/** Something to open. */
export interface Link {
  readonly label: string;
  /** Percent-encoded: nothing in it means anything to the formats that links are put in. */
  readonly url: string;
}

/** Options of what is opened from a message. */
export interface LinkOptions {
  /** Where a trace can be seen: `'https://grafana.example.com/trace/{{traceId}}'`; `{{spanId}}` too. Default none. */
  readonly traceUrl?: string | undefined;
}

/** Longer ones are cut by receivers, and lead nowhere then. */
const MAX_URL_LENGTH = 1_000;
/** What the annotations of an alert, and an alert, say in the words of Prometheus and Grafana. */
const WELL_KNOWN: readonly [string, string][] = [
  ['runbook_url', 'Runbook'],
  ['runbookUrl', 'Runbook'],
  ['dashboard_url', 'Dashboard'],
  ['dashboardUrl', 'Dashboard'],
  ['generatorURL', 'Source'],
  ['url', 'Details'],
];

/** Reads the option; gives what makes the links of a notification. */
export function readLinks<O extends LinkOptions>(
  read: OptionReader<O>,
): (notification: Notification) => Link[] {
  const traceUrl = read.text('traceUrl', undefined);
  if (traceUrl !== undefined && !(isHttp(traceUrl) && traceUrl.includes('{{traceId}}'))) {
    read.add(
      'traceUrl',
      'text that is no such URL',
      'an http: or https: URL with {{traceId}} in it',
      "Write it as in traceUrl: 'https://grafana.example.com/trace/{{traceId}}'.",
    );
  }
  return (notification) => [...traceLink(traceUrl, notification), ...payloadLinks(notification)];
}

function traceLink(template: string | undefined, { traceId, spanId = '' }: Notification): Link[] {
  // Ids are hexadecimal (W3C Trace Context, section 3.2); what is not is no id.
  if (template === undefined || traceId === undefined || !/^[0-9a-f]{32}$/i.test(traceId)) return [];
  const url = template
    .replaceAll('{{traceId}}', traceId)
    .replaceAll('{{spanId}}', encodeURIComponent(fitLine(spanId, 16)));
  return linkOf('Trace', url);
}

function payloadLinks({ payload }: Notification): Link[] {
  const annotations = payload.annotations;
  const said =
    typeof annotations === 'object' && annotations !== null && !Array.isArray(annotations) ? annotations : {};
  const found = new Map<string, Link>();
  for (const [key, label] of WELL_KNOWN) {
    for (const value of [(said as Notification['payload'])[key], payload[key]]) {
      if (typeof value !== 'string' || found.has(label)) continue;
      for (const link of linkOf(label, value)) found.set(label, link);
    }
  }
  return [...found.values()];
}

function linkOf(label: string, text: string): Link[] {
  if (!isHttp(text)) return [];
  const { href } = new URL(text);
  // WHATWG's serialisation leaves these as they are; Slack, Markdown and HTML do not.
  const url = href.replace(
    /[|'"()<>\\^`{}[\]*~]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return url.length > MAX_URL_LENGTH ? [] : [{ label, url }];
}

function isHttp(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return (protocol === 'http:' || protocol === 'https:') && username === '' && password === '';
}
