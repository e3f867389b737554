import type { AuditEntry } from '../../operation/entry.ts';
import { plainText } from './plain-text.ts';
import { type Source, textChunks } from './text-chunks.ts';

type Cell = string | number | undefined;

const json = (value: unknown): string | undefined =>
  value === undefined ? undefined : JSON.stringify(value).replace(FORMULA_IN_JSON, escaped);

const COLUMNS: Readonly<Record<string, (entry: AuditEntry) => Cell>> = {
  index: ({ index }) => index,
  time: ({ time }) => time,
  action: ({ action }) => action,
  phase: ({ phase }) => phase,
  started: ({ started }) => started,
  outcome: ({ outcome }) => outcome,
  actor_id: ({ actor }) => plainText(actor?.id),
  actor_type: ({ actor }) => actor?.type,
  actor_name: ({ actor }) => plainText(actor?.name),
  actor_address: ({ actor }) => plainText(actor?.address),
  target_id: ({ target }) => plainText(target?.id),
  target_type: ({ target }) => target?.type,
  target_name: ({ target }) => plainText(target?.name),
  error_type: ({ error }) => error?.type,
  error_message: ({ error }) => plainText(error?.message),
  reason: ({ reason }) => plainText(reason),
  trace_id: ({ correlation }) => correlation?.traceId,
  span_id: ({ correlation }) => correlation?.spanId,
  request_id: ({ correlation }) => correlation?.requestId,
  tenant: ({ correlation }) => correlation?.tenant,
  start_time: ({ startTime }) => startTime,
  duration_ms: ({ durationMillis }) => durationMillis,
  inputs: ({ inputs }) => json(inputs),
  outputs: ({ outputs }) => json(outputs),
  attributes: ({ attributes }) => json(attributes),
};

/**
 * Entries as CSV (RFC 4180: a header, CRLF, fields quoted where they must be), in chunks of text. Datasets and attributes
 * are JSON in one field. Text that a spreadsheet would take for a formula, beginning with `=`, `+`, `-`, `@`, one of these in
 * full width, a tab, a carriage return or a line feed, gets an apostrophe before it; so do the characters behind a `;`, a tab or
 * a line break, where a spreadsheet of another locale begins a cell, whatever is in quotes (OWASP, "CSV Injection"). In JSON they
 * are escaped instead, so that it stays the same. A hash stands as it is, so that it can be looked up: one in 64 begins with `+`,
 * and no formula ends with `=`, as all of them do.
 */
export function toCsv(entries: Source<AuditEntry>): AsyncGenerator<string, void, undefined> {
  const cells = Object.values(COLUMNS);
  return textChunks(
    entries,
    (entry) => `${cells.map((cellOf) => field(cellOf(entry))).join(',')},${hashField(entry.hash)}\r\n`,
    `${Object.keys(COLUMNS).join(',')},hash\r\n`,
  );
}

/** Where text begins, or a cell of those who separate cells by something else than a comma, and may take no quotes for such. */
const FORMULA = /^(?=[=+\-@＝＋－＠\t\r\n])|(?=[=+\-@＝＋－＠])(?<=[;\t\r\n]"*)/g;
/** The same within JSON, which has `;` in texts alone, and no line breaks and tabs. */
const FORMULA_IN_JSON = /[=+\-@＝＋－＠](?<=;[\\"]*.)/g;
const NEEDS_QUOTES = /[",;\t\r\n]/;
/** 32 bytes in base64. */
const HASH = /^[\da-z+/]{43}=$/i;

/** A character as JSON may write it too. */
function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function field(cell: Cell): string {
  if (cell === undefined) return '';
  if (typeof cell === 'number') return String(cell);
  const text = cell.replace(FORMULA, "'");
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function hashField(hash: string): string {
  return HASH.test(hash) ? hash : field(hash);
}
