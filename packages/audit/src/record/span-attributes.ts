import type { Attributes, AttributeValue } from '@opentelemetry/api';
import { beginningOf } from '@org/instrument-core';
import type { EntryContent, EntryDataset, EntryText, JsonValue } from '../operation/entry.ts';

/** What stands in a span for a value that belongs to a person. */
export const SEALED = '[sealed]';

/** 128: the limit of attributes that the SDKs have for a span by default (specification, "Attribute limits"). */
const MAX_ATTRIBUTES = 128;
/** Attributes that an entry has of its own: what is free takes what is left. */
const OWN_ATTRIBUTES = 32;
/** Datasets and items of a list that are told. */
const MAX_ITEMS = 100;
const MAX_TEXT_LENGTH = 1_024;
/** What lies deeper is told as JSON. */
const MAX_DEPTH = 8;

/** A dataset as one text: `namespace/name@version`. */
export function datasetText({ namespace, name, version }: EntryDataset): string {
  return cut(version === undefined ? `${namespace}/${name}` : `${namespace}/${name}@${version}`);
}

/**
 * The attributes of an operation's span. `enduser.id`, `client.address` and `error.type` are those of the OpenTelemetry
 * semantic conventions; what these do not know is under `audit.`, free attributes under `audit.attributes.` with their
 * path. Texts are cut at 1,024 characters, lists at 100 items, all of it at 128 attributes.
 */
export function spanAttributes(content: EntryContent): Attributes {
  const { actor, attributes, correlation, error, inputs, outputs, reason, target } = content;
  const told: Attributes = { 'audit.action': content.action };
  if (content.outcome !== undefined) told['audit.outcome'] = content.outcome;
  if (actor !== undefined) {
    put(told, 'audit.actor.id', actor.id);
    put(told, 'audit.actor.type', actor.type);
    put(told, 'audit.actor.name', actor.name);
    if (typeof actor.address === 'string') put(told, 'client.address', actor.address);
    if (actor.type === 'user' && typeof actor.id === 'string') put(told, 'enduser.id', actor.id);
  }
  if (target !== undefined) {
    put(told, 'audit.target.id', target.id);
    put(told, 'audit.target.type', target.type);
    put(told, 'audit.target.name', target.name);
  }
  put(told, 'audit.reason', reason);
  put(told, 'audit.tenant', correlation?.tenant);
  put(told, 'audit.request.id', correlation?.requestId);
  put(told, 'error.type', error?.type);
  put(told, 'audit.error.message', error?.message);
  putDatasets(told, 'audit.inputs', inputs);
  putDatasets(told, 'audit.outputs', outputs);
  if (content.adjusted !== undefined) told['audit.adjusted'] = content.adjusted.length;
  if (attributes !== undefined)
    flatten(told, 'audit.attributes', attributes, 0, { left: MAX_ATTRIBUTES - OWN_ATTRIBUTES });
  return told;
}

/** Text of an entry as a span may show it. */
export function shownText(text: EntryText): string {
  return typeof text === 'string' ? cut(text) : SEALED;
}

function put(told: Attributes, key: string, text: EntryText | undefined): void {
  if (text !== undefined) told[key] = shownText(text);
}

function putDatasets(told: Attributes, key: string, datasets: readonly EntryDataset[] | undefined): void {
  if (datasets === undefined || datasets.length === 0) return;
  told[key] = datasets.slice(0, MAX_ITEMS).map(datasetText);
  told[`${key}.count`] = datasets.length;
  const rows = sum(datasets, (dataset) => dataset.rows);
  const bytes = sum(datasets, (dataset) => dataset.bytes);
  if (rows !== undefined) told[`${key}.rows`] = rows;
  if (bytes !== undefined) told[`${key}.bytes`] = bytes;
}

/** Of those that say it; `undefined` when none does. */
function sum(
  datasets: readonly EntryDataset[],
  of: (dataset: EntryDataset) => number | undefined,
): number | undefined {
  let total: number | undefined;
  for (const dataset of datasets) {
    const value = of(dataset);
    if (value !== undefined) total = (total ?? 0) + value;
  }
  return total;
}

function flatten(
  told: Attributes,
  path: string,
  value: JsonValue,
  depth: number,
  room: { left: number },
): void {
  if (room.left <= 0 || value === null) return;
  if (typeof value !== 'object' || isList(value) || isSealed(value) || depth >= MAX_DEPTH) {
    room.left--;
    told[path] = attributeValue(value);
    return;
  }
  for (const [key, inner] of Object.entries(value)) {
    if (room.left <= 0) return;
    flatten(told, `${path}.${cut(key)}`, inner, depth + 1, room);
  }
}

/** Lists of one kind of plain value stay lists; other ones are told as JSON. */
function attributeValue(value: Exclude<JsonValue, null>): AttributeValue {
  if (typeof value === 'string') return cut(value);
  if (typeof value !== 'object') return value;
  if (isSealed(value)) return SEALED;
  if (isList(value)) {
    const items = value.slice(0, MAX_ITEMS);
    if (items.every((item) => typeof item === 'string')) return items.map(cut);
    if (items.every((item) => typeof item === 'number')) return items;
    if (items.every((item) => typeof item === 'boolean')) return items;
    return cut(jsonOf(items));
  }
  return cut(jsonOf(value));
}

function jsonOf(value: JsonValue): string {
  return JSON.stringify(value, (_key, inner: JsonValue) => (isSealed(inner) ? SEALED : inner));
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function isSealed(value: JsonValue): boolean {
  return typeof value === 'object' && value !== null && '$sealed' in value;
}

function cut(text: string): string {
  return beginningOf(text, MAX_TEXT_LENGTH);
}
