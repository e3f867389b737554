import { hash } from 'node:crypto';
import type { Problem } from '@org/instrument-core';
import { grouped } from '@org/instrument-core';
import { canonicalJson } from '../canonical/canonical-json.ts';
import type { EntryContent, EntryDataset, JsonObject } from '../operation/entry.ts';
import { type EncodeCall, MAX_ADJUSTMENTS } from './call.ts';
import type { EncodedEntry } from './encoder.ts';
import { placeAdjusted } from './order.ts';

type Draft = { -readonly [Key in keyof EntryContent]: EntryContent[Key] };

/** Changes that are still told when there is no room for more. */
const FEWEST_ADJUSTMENTS = 3;
/** Room for the word that datasets were left out, with a digest, twice. */
const DATASETS_NOTE_BYTES = 512;

/** Whether a text has at most so many bytes in UTF-8. */
export function fitsIn(text: string, maxBytes: number): boolean {
  // A code unit takes three bytes at most.
  return text.length * 3 <= maxBytes || (text.length <= maxBytes && bytesOf(text) <= maxBytes);
}

/**
 * Makes an entry small enough: without its attributes, of which size and digest are kept, then with the first of its
 * inputs and outputs, then with fewer words about changes. Complains when it is still too large.
 */
export function fitEntry(
  content: EntryContent,
  call: EncodeCall,
  maxBytes: number,
): EncodedEntry | undefined {
  let draft: Draft = { ...content };
  if (draft.attributes !== undefined) {
    draft.attributes = omitAttributes(draft.attributes, call);
    draft = placeAdjusted(draft, call.adjustments(MAX_ADJUSTMENTS));
    const text = JSON.stringify(draft);
    if (fitsIn(text, maxBytes)) return { text, content: draft };
  }
  if (draft.inputs !== undefined || draft.outputs !== undefined) {
    keepFirstDatasets(draft, call, maxBytes);
    draft = placeAdjusted(draft, call.adjustments(MAX_ADJUSTMENTS));
  }
  if (bytesOf(JSON.stringify(draft)) > maxBytes) {
    draft = placeAdjusted(draft, call.adjustments(FEWEST_ADJUSTMENTS));
  }
  const text = JSON.stringify(draft);
  if (fitsIn(text, maxBytes)) return { text, content: draft };
  call.complain(problemOf(draft, maxBytes));
  return undefined;
}

/** Canonical JSON of the attributes as they would have stood in the entry. */
function omitAttributes(attributes: JsonObject, call: EncodeCall): JsonObject {
  const text = call.isIrregular ? canonicalJson(attributes) : JSON.stringify(attributes);
  const bytes = bytesOf(text);
  call.adjustField('attributes', `${grouped(bytes)} bytes were replaced by their size and SHA-256`);
  return { $omitted: { bytes, sha256: hash('sha256', text, 'hex') } };
}

/** Keeps as many of the first inputs and outputs, in turn, as there is room for. */
function keepFirstDatasets(draft: Draft, call: EncodeCall, maxBytes: number): void {
  const { inputs = [], outputs = [], ...rest } = draft;
  let room = maxBytes - bytesOf(JSON.stringify(rest)) - DATASETS_NOTE_BYTES;
  const kept = { inputs: 0, outputs: 0 };
  const longest = Math.max(inputs.length, outputs.length);
  for (let i = 0; i < longest && room > 0; i++) {
    for (const [field, all] of [['inputs', inputs] as const, ['outputs', outputs] as const]) {
      const dataset = all[i];
      if (dataset === undefined || kept[field] < i) continue;
      const bytes = bytesOf(JSON.stringify(dataset)) + 1;
      if (bytes > room) continue;
      room -= bytes;
      kept[field]++;
    }
  }
  shorten(draft, 'inputs', inputs, kept.inputs, call);
  shorten(draft, 'outputs', outputs, kept.outputs, call);
}

function shorten(
  draft: Draft,
  field: 'inputs' | 'outputs',
  all: readonly EntryDataset[],
  kept: number,
  call: EncodeCall,
): void {
  if (kept === all.length) return;
  const digest = hash('sha256', JSON.stringify(all), 'hex');
  const what = `the first ${grouped(kept)} of ${grouped(all.length)} were kept; SHA-256 of all: ${digest}`;
  call.adjustField(field, what);
  if (kept === 0) delete draft[field];
  else draft[field] = all.slice(0, kept);
}

/** Names the largest part that the caller can do something about. */
function problemOf(content: EntryContent, maxBytes: number): Problem {
  const [path, bytes] = largestOf(content, '');
  return {
    path,
    found: `${grouped(bytes)} bytes, the largest part of ${grouped(bytesOf(JSON.stringify(content)))}`,
    expected: `an entry of at most ${grouped(maxBytes)} bytes`,
    fix: 'Shorten it, or raise maxEntryBytes.',
  };
}

function largestOf(parts: object, prefix: string): [path: string, bytes: number] {
  let largest: [path: string, bytes: number] = [prefix, 0];
  for (const [key, value] of Object.entries(parts)) {
    if (key === 'adjusted' || key === 'attributes') continue;
    const bytes = bytesOf(JSON.stringify(value));
    if (bytes <= largest[1]) continue;
    const isNested = prefix === '' && typeof value === 'object' && !Array.isArray(value);
    largest = isNested ? [largestOf(value as object, `${key}.`)[0], bytes] : [`${prefix}${key}`, bytes];
  }
  return largest;
}

function bytesOf(text: string): number {
  return Buffer.byteLength(text);
}
