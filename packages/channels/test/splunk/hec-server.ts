import { gunzipSync } from 'node:zlib';
import type { HttpAnswer, HttpReading, HttpRequest } from '../../src/conformance/index.ts';

/** An event as the collector takes it. */
export interface HecEvent {
  readonly time: number;
  readonly host?: string;
  readonly source: string;
  readonly sourcetype: string;
  readonly index?: string;
  readonly event: Readonly<Record<string, unknown>>;
  readonly fields: Readonly<Record<string, unknown>>;
}

const KEYS = ['time', 'host', 'source', 'sourcetype', 'index', 'event', 'fields'];

/** Reads events, one JSON object after the other, and throws where a request is none of the collector. */
export function eventsOf({ method, path, headers, body }: HttpRequest): HecEvent[] {
  if (method !== 'POST' || path !== '/services/collector/event') throw new Error(`${method} ${path}`);
  if (!/^Splunk [\w-]+$/.test(headers.authorization ?? '')) throw new Error('authorization');
  const bytes = headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  return text.split('\n').map((line) => JSON.parse(line) as HecEvent);
}

/** What is wrong with an event by the rules of "Format events for HTTP Event Collector". */
export function eventProblems({ time, event, fields, ...meta }: HecEvent): string[] {
  const others = Object.keys(meta).filter((key) => !KEYS.includes(key));
  return [
    ...others.map((key) => `${key} is no key of an event`),
    ...(Number.isFinite(time) && time > 1e9 && time < 1e10 ? [] : [`time is ${time}`]),
    ...(typeof event === 'object' && event !== null && Object.keys(event).length > 0
      ? []
      : ['event is blank']),
    ...Object.entries(meta).flatMap(([key, value]) =>
      typeof value === 'string' && value !== '' ? [] : [`${key} is ${value}`],
    ),
    ...Object.entries(fields).flatMap(([key, value]) =>
      typeof value === 'string' ? [] : [`field ${key} is not flat`],
    ),
  ];
}

/** What a receiver of the conformance suite reads of a request. */
export function readHec(request: HttpRequest): HttpReading {
  try {
    const events = eventsOf(request);
    return {
      notifications: events.map(({ event: { id, title, text } }) => `${id} ${title} ${text}`),
      problems: events.flatMap(eventProblems),
    };
  } catch (error) {
    return { notifications: [], problems: [String(error)] };
  }
}

/** The answer of a collector that takes all of it. */
export function acceptEvents(): HttpAnswer {
  return { status: 200, body: JSON.stringify({ text: 'Success', code: 0 }) };
}
