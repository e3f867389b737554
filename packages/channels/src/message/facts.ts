import type { Json, Notification } from '../notification.ts';
import { oneLine } from '../text.ts';

/** A line of a table that tells people what the payload says. */
export interface Fact {
  /** Path in the payload: `labels.instance`. */
  readonly name: string;
  readonly value: string;
}

/** Deeper, nobody reads on. */
const MAX_DEPTH = 4;
/** Values of a list that are told. */
const MAX_LISTED = 10;
/** Said already, by what the message shows besides. */
const SHOWN: ReadonlySet<string> = new Set([
  'timestampMillis',
  'traceId',
  'spanId',
  'severity',
  'phase',
  'key',
]);
/** What title and text are made of, and need not say twice. */
const WORDS: ReadonlySet<string> = new Set([
  'title',
  'text',
  'message',
  'summary',
  'description',
  'name',
  'from',
  'to',
  'reason',
  'run',
  'check',
  'error',
  'firstError',
]);
/** Counts of which none is nothing to tell. */
const COUNTS: ReadonlySet<string> = new Set(['chunks', 'workers', 'failed', 'skipped', 'retries']);
/** Characters of a text by which it is known again: the message may have cut the rest. */
const KNOWN_BY = 100;

/**
 * What the payload of a notification says, as pairs of text, in its order, at most so many. Left out is what is empty, what title
 * and text have said already, and stacks: they are for logs.
 */
export function factsOf({ payload, title, text }: Notification, most: number): Fact[] {
  const said = `${oneLine(title)} ${oneLine(text, text.length)}`;
  const facts: Fact[] = [];
  const add = (name: string, value: Json | undefined, depth: number): void => {
    if (facts.length >= most || value === undefined || value === null || value === '') return;
    if (isIdle(name.slice(name.lastIndexOf('.') + 1), value, said)) return;
    if (Array.isArray(value)) {
      const listed = value.slice(0, MAX_LISTED).map(textOf).join(', ');
      if (value.length > 0) facts.push({ name, value: value.length > MAX_LISTED ? `${listed}, …` : listed });
    } else if (typeof value === 'object' && depth < MAX_DEPTH) {
      for (const [key, part] of Object.entries(value)) add(`${name}.${key}`, part, depth + 1);
    } else facts.push({ name, value: textOf(value) });
  };
  for (const [key, value] of Object.entries(payload)) {
    if (facts.length >= most) break;
    if (!SHOWN.has(key)) add(key, value, 0);
  }
  return facts;
}

/** Who a notification comes from, when, and what it is: `checkout · production · web-1`. */
export function originOf({ source }: Notification): string {
  return [source.service, source.environment, source.host]
    .filter((part) => part !== undefined && part !== '')
    .join(' · ');
}

/** Whether a value tells nothing that is not known. */
function isIdle(key: string, value: Json, said: string): boolean {
  if (key === 'stack') return true;
  if (value === 0) return COUNTS.has(key);
  if (typeof value !== 'string' || !WORDS.has(key)) return false;
  return (
    (key === 'from' && value === 'unknown') || said.includes(oneLine(value, value.length).slice(0, KNOWN_BY))
  );
}

/** A number to four digits, where it is no whole one; those before the point stay as they are. */
function rounded(value: number): number {
  if (Number.isInteger(value)) return value;
  return Math.abs(value) >= 1_000 ? Math.round(value) : Number(value.toPrecision(4));
}

function textOf(value: Json): string {
  if (typeof value === 'number') return String(rounded(value));
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}
