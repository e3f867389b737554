import type { Json, Notification } from '../notification.ts';

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
const TOLD: ReadonlySet<string> = new Set(['timestampMillis', 'traceId', 'spanId']);

/** What the payload of a notification says, as pairs of text, in its order, at most so many. What is empty is left out. */
export function factsOf({ payload }: Notification, most: number): Fact[] {
  const facts: Fact[] = [];
  const add = (name: string, value: Json | undefined, depth: number): void => {
    if (facts.length >= most || value === undefined || value === null || value === '') return;
    if (Array.isArray(value)) {
      const listed = value.slice(0, MAX_LISTED).map(textOf).join(', ');
      if (value.length > 0) facts.push({ name, value: value.length > MAX_LISTED ? `${listed}, …` : listed });
    } else if (typeof value === 'object' && depth < MAX_DEPTH) {
      for (const [key, part] of Object.entries(value)) add(`${name}.${key}`, part, depth + 1);
    } else facts.push({ name, value: textOf(value) });
  };
  for (const [key, value] of Object.entries(payload)) {
    if (facts.length >= most) break;
    if (!TOLD.has(key)) add(key, value, 0);
  }
  return facts;
}

/** Who a notification comes from, when, and what it is: `checkout · production · web-1`. */
export function originOf({ source }: Notification): string {
  return [source.service, source.environment, source.host]
    .filter((part) => part !== undefined && part !== '')
    .join(' · ');
}

function textOf(value: Json): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}
