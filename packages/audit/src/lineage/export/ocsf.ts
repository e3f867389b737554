import { isIP } from 'node:net';
import type { AuditEntry, EntryDataset, JsonValue } from '../../operation/entry.ts';
import type { AuditOutcome } from '../../operation/operation.ts';
import { plainText } from './plain-text.ts';
import { type Source, textChunks } from './text-chunks.ts';

/** Options of `toOcsf`. */
export interface OcsfOptions {
  /** Name of the application, as the product that the records are of. Default `instrument-audit`. */
  readonly product?: string | undefined;
  /** Vendor of the product. Default `@org`. */
  readonly vendor?: string | undefined;
}

/** A record of class API Activity. */
export type OcsfRecord = Readonly<Record<string, unknown>>;

// OCSF 1.4.0, category Application Activity (6), class API Activity (3).
const VERSION = '1.4.0';
const CATEGORY = { category_uid: 6, category_name: 'Application Activity' };
const CLASS = { class_uid: 6003, class_name: 'API Activity' };

const ACTIVITIES = ['Unknown', 'Create', 'Read', 'Update', 'Delete'];
const OTHER_ACTIVITY = 99;
/** The first word of a name: it ends before a capital letter, a digit, `_`, `-`, or with the name. */
const FIRST_WORD = /^(?:[A-Z]+(?![a-z])|[A-Z]?[a-z]+)/;
/** First words of the last part of actions, which may stand in the past tense, and which activity that is. */
const WORDS: readonly [activity: number, words: RegExp][] = [
  [
    1,
    /^(?:create|add|insert|new|place|register|import|upload|open|invite|issue|generate|publish|copy)(?:e?d)?$/,
  ],
  [
    2,
    /^(?:read|get|list|view|shown?|search|query|find|export|download|fetch|select|print|access|lookup)(?:e?d)?$/,
  ],
  [4, /^(?:delete|remove|erase|purge|drop|revoke|destroy|clear|close|unregister|prune)(?:p?ed|d)?$/],
  [
    3,
    /^(?:update|set|change|edit|modify|write|patch|put|rename|move|replace|upsert|merge|save|approve|reject|refund|cancel|enable|disable|grant|assign|reset|transform|parse)(?:l?ed|d)?$/,
  ],
];

/** Status, and severity: 1 is informational, 2 low, 3 medium. */
const OUTCOMES: Readonly<Record<AuditOutcome, { status_id: number; status: string; severity_id: number }>> = {
  success: { status_id: 1, status: 'Success', severity_id: 1 },
  failure: { status_id: 2, status: 'Failure', severity_id: 2 },
  denied: { status_id: 2, status: 'Failure', severity_id: 3 },
  cancelled: { status_id: 99, status: 'cancelled', severity_id: 1 },
  unknown: { status_id: 0, status: 'Unknown', severity_id: 2 },
};
const SEVERITIES = ['Unknown', 'Informational', 'Low', 'Medium'];

/**
 * Entries as OCSF 1.4.0 records of class API Activity (6003), one JSON object a line, in chunks of text. Whether an action
 * creates, reads, updates or deletes is told by the first word of its last part (`orders.place` and `orders.placedAgain` create);
 * where that says nothing it is `Other`. What OCSF has no place for is under `unmapped`.
 */
export function toOcsf(
  entries: Source<AuditEntry>,
  options: OcsfOptions = {},
): AsyncGenerator<string, void, undefined> {
  return textChunks(entries, (entry) => `${JSON.stringify(ocsfRecord(entry, options))}\n`);
}

/** The record of an entry. */
export function ocsfRecord(entry: AuditEntry, options: OcsfOptions = {}): OcsfRecord {
  const { action, actor, error, outcome, durationMillis, reason, startTime } = entry;
  const activity = activityOf(action);
  const result =
    outcome === undefined ? { status_id: 99, status: 'started', severity_id: 1 } : OUTCOMES[outcome];
  return {
    activity_id: activity,
    activity_name: ACTIVITIES[activity] ?? action.split('.').at(-1),
    ...CATEGORY,
    ...CLASS,
    type_uid: CLASS.class_uid * 100 + activity,
    type_name: `${CLASS.class_name}: ${ACTIVITIES[activity] ?? 'Other'}`,
    time: Date.parse(entry.time),
    ...defined({
      start_time: startTime === undefined ? undefined : Date.parse(startTime),
      duration: durationMillis === undefined ? undefined : Math.round(durationMillis),
      message: plainText(reason),
    }),
    ...result,
    severity: SEVERITIES[result.severity_id],
    ...(error !== undefined && {
      status_code: error.type,
      ...defined({ status_detail: plainText(error.message) }),
    }),
    actor: actorOf(entry),
    api: apiOf(entry),
    src_endpoint: endpointOf(plainText(actor?.address)),
    ...resourcesOf(entry),
    metadata: metadataOf(entry, options),
    unmapped: unmappedOf(entry),
  };
}

function activityOf(action: string): number {
  const name = action.split('.').at(-1) ?? '';
  const word = FIRST_WORD.exec(name)?.[0].toLowerCase() ?? '';
  return WORDS.find(([, words]) => words.test(word))?.[0] ?? OTHER_ACTIVITY;
}

function actorOf({ actor }: AuditEntry): OcsfRecord {
  if (actor === undefined) return { app_name: 'unknown' };
  const { id, name, type } = actor;
  if (type === 'service' || type === 'system' || type === 'job') {
    return { app_uid: plainText(id), ...defined({ app_name: plainText(name) }) };
  }
  const kind =
    type === undefined ? {} : type === 'user' ? { type_id: 1, type: 'User' } : { type_id: 99, type };
  return { user: { uid: plainText(id), ...defined({ name: plainText(name) }), ...kind } };
}

function apiOf({ action, correlation }: AuditEntry): OcsfRecord {
  const service = action.includes('.') ? action.slice(0, action.lastIndexOf('.')) : undefined;
  const uid = correlation?.requestId;
  return {
    operation: action,
    ...(service !== undefined && { service: { name: service } }),
    ...(uid !== undefined && { request: { uid } }),
  };
}

function endpointOf(address: string | undefined): OcsfRecord {
  if (address === undefined) return { name: 'unknown' };
  return isIP(address) === 0 ? { name: address } : { ip: address };
}

function resourcesOf({ target, inputs = [], outputs = [] }: AuditEntry): OcsfRecord {
  const datasets = (sets: readonly EntryDataset[], role: string): OcsfRecord[] =>
    sets.map(({ namespace, name, version, ...rest }) => ({
      namespace,
      name,
      type: 'dataset',
      ...defined({ version }),
      data: { role, ...rest },
    }));
  const resources: OcsfRecord[] = [...datasets(inputs, 'input'), ...datasets(outputs, 'output')];
  if (target !== undefined) {
    const { id, name, type } = target;
    resources.unshift({ uid: plainText(id), ...defined({ name: plainText(name), type }) });
  }
  return resources.length === 0 ? {} : { resources };
}

function metadataOf({ index, hash, time, correlation }: AuditEntry, options: OcsfOptions): OcsfRecord {
  const { product = 'instrument-audit', vendor = '@org' } = options;
  return {
    version: VERSION,
    product: { name: product, vendor_name: vendor },
    log_name: 'audit',
    logged_time: Date.parse(time),
    uid: hash,
    sequence: index,
    ...defined({ correlation_uid: correlation?.traceId, tenant_uid: correlation?.tenant }),
  };
}

function unmappedOf({ phase, started, outcome, attributes, adjusted, correlation }: AuditEntry): OcsfRecord {
  return defined({ phase, started, outcome, attributes, adjusted, span_id: correlation?.spanId });
}

function defined(fields: Readonly<Record<string, unknown>>): Record<string, JsonValue> {
  const pairs = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(pairs) as Record<string, JsonValue>;
}
