import { crc32 } from 'node:zlib';
import { type Notification, SEVERITIES } from '../notification.ts';
import type { Entry } from './entry.ts';

/**
 * The journal of an outbox: `<directory>/<slot>/<channel>/<number, 16 digits>.ndjson`. Segments are read in the order of their
 * numbers, and each process that writes begins a new one. A line is a record, as JSON whose first member is the CRC-32 (that of
 * zlib) of all bytes of the line behind that member, as eight hexadecimal digits:
 *
 * - `{"crc":…,"outbox":1,"channel":"slack"}`: the first line of each segment.
 * - `{"crc":…,"put":7,"at":1767225600000,"notification":{…}}`: notification 7 waits since then; with `"tried":2` it has been
 *   attempted so often, with `"lost":1` a process has died during that many of these attempts, with `"open":true` the last one has
 *   not ended. A second `put` of the same number takes the place of the first: that is how segments are emptied.
 * - `{"crc":…,"try":[7,8]}`: an attempt to deliver these begins. Written before it is made.
 * - `{"crc":…,"failed":[7]}`: it has ended, and these go on waiting. `returned`: the same, and it does not count as one.
 * - `{"crc":…,"done":[8]}`: delivered. `{"crc":…,"dead":[7]}`: given up; the dead letter is written before.
 *
 * A `try` that nothing has ended was cut short by the end of a process.
 */
export const FORMAT_VERSION = 1;

/** What records say of notifications that are there already. */
export type Verb = 'try' | 'failed' | 'returned' | 'done' | 'dead';

const VERBS: readonly Verb[] = ['try', 'failed', 'returned', 'done', 'dead'];

/** A record, as it is read. */
export type JournalRecord =
  | { readonly kind: 'header' }
  | {
      readonly kind: 'put';
      readonly sequence: number;
      readonly sinceMillis: number;
      readonly attempts: number;
      readonly lost: number;
      readonly isInFlight: boolean;
      readonly notification: Notification;
    }
  | { readonly kind: Verb; readonly sequences: readonly number[] };

/** How each line begins; within a text of JSON the quotes would be escaped. */
export const LINE_START = '{"crc":"';
const CRC_DIGITS = 8;
/** Bytes before those that are summed up: the start, the digits, a quote and a comma. */
const HEAD_BYTES: number = LINE_START.length + CRC_DIGITS + 2;
const SEGMENT_NAME = /^(\d{16})\.ndjson$/;

/** Line that begins a segment, with its line feed. */
export function headerLine(channel: string): string {
  return line(`"outbox":${FORMAT_VERSION},"channel":${JSON.stringify(channel)}}`);
}

/** Line of an entry as it stands now. */
export function putLine({ sequence, sinceMillis, attempts, lost, isInFlight, text }: Entry): string {
  const state = `${attempts > 0 ? `,"tried":${attempts}` : ''}${lost > 0 ? `,"lost":${lost}` : ''}${isInFlight ? ',"open":true' : ''}`;
  return line(`"put":${sequence},"at":${sinceMillis}${state},"notification":${text}}`);
}

/** Line of what has become of entries. */
export function verbLine(verb: Verb, sequences: readonly number[]): string {
  return line(`"${verb}":[${sequences.join(',')}]}`);
}

function line(rest: string): string {
  return `${LINE_START}${crc32(rest).toString(16).padStart(CRC_DIGITS, '0')}",${rest}\n`;
}

/** The record of a line, without its line feed; `undefined` for one that is damaged, or of a kind that is not known. */
export function parseLine(bytes: Buffer): JournalRecord | undefined {
  if (bytes.length <= HEAD_BYTES || bytes.toString('latin1', 0, LINE_START.length) !== LINE_START)
    return undefined;
  const sum = bytes.toString('latin1', LINE_START.length, LINE_START.length + CRC_DIGITS);
  const rest = bytes.subarray(HEAD_BYTES);
  if (sum !== crc32(rest).toString(16).padStart(CRC_DIGITS, '0')) return undefined;
  try {
    return recordOf(JSON.parse(`{${rest.toString()}`) as Readonly<Record<string, unknown>>);
  } catch {
    return undefined;
  }
}

function recordOf(value: Readonly<Record<string, unknown>>): JournalRecord | undefined {
  if (value.outbox === FORMAT_VERSION) return { kind: 'header' };
  if (value.put !== undefined) {
    const { put, at, tried = 0, lost = 0, open = false, notification } = value;
    if (!isCount(put) || !isNumber(at) || !isCount(tried) || !isCount(lost) || typeof open !== 'boolean')
      return undefined;
    if (!isNotification(notification)) return undefined;
    return {
      kind: 'put',
      sequence: put,
      sinceMillis: at,
      attempts: tried,
      lost,
      isInFlight: open,
      notification,
    };
  }
  const kind = VERBS.find((verb) => value[verb] !== undefined);
  const sequences = kind === undefined ? undefined : value[kind];
  if (kind === undefined || !Array.isArray(sequences) || !sequences.every(isCount)) return undefined;
  return { kind, sequences };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

/** What the delivery relies on. */
function isNotification(value: unknown): value is Notification {
  if (typeof value !== 'object' || value === null) return false;
  const { id, key, event, severity, timestampMillis } = value as Partial<Notification>;
  return (
    [id, key, event].every((text) => typeof text === 'string') &&
    isNumber(timestampMillis) &&
    SEVERITIES.some((word) => word === severity)
  );
}

/** Name of a segment's file. */
export function segmentName(number: number): string {
  return `${String(number).padStart(16, '0')}.ndjson`;
}

/** Number of a segment by the name of its file; `undefined` for another file. */
export function numberOfSegment(name: string): number | undefined {
  const match = SEGMENT_NAME.exec(name);
  return match === null ? undefined : Number(match[1]);
}
