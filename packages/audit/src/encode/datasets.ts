import { grouped } from '@org/instrument-core';
import type { EntryDataset } from '../operation/entry.ts';
import type { PathState } from '../redact/path-matcher.ts';
import type { EncodeCall } from './call.ts';
import { MAX_WIDTH } from './containers.ts';
import { plainText, requiredText } from './entry-text.ts';
import { isList, kindOf } from './kind.ts';
import { tellUnknownKeys } from './known-keys.ts';
import { type EncodeTools, isMatchedBy } from './tools.ts';
import { spanReferenceOf } from './trace.ts';

const KEYS: ReadonlySet<string> = new Set([
  'namespace',
  'name',
  'version',
  'rows',
  'bytes',
  'digest',
  'producedBy',
]);

/** The datasets that were read or written; `undefined` where there are none. */
export function encodeDatasets(
  tools: EncodeTools,
  given: unknown,
  field: 'inputs' | 'outputs',
  call: EncodeCall,
): EntryDataset[] | undefined {
  if (given === undefined) return undefined;
  if (!isList(given)) {
    call.complain({ path: field, found: kindOf(given), expected: 'a list of { namespace, name, … }' });
    return undefined;
  }
  const { length } = given;
  const state = tools.fieldPaths[field];
  if (length === 0 || state?.isMatch) return undefined;
  const size = Math.min(length, MAX_WIDTH);
  const datasets: EntryDataset[] = [];
  for (let i = 0; i < size; i++) {
    const below = state === undefined ? undefined : tools.settings.paths.step(state, String(i));
    call.field = field;
    call.keys.push(i);
    datasets.push(encodeDataset(tools, given[i], below, call));
    call.keys.pop();
  }
  if (length > size) call.adjustField(field, `cut from ${grouped(length)} to ${grouped(size)}`);
  return datasets;
}

type Draft = { -readonly [Key in keyof EntryDataset]: EntryDataset[Key] };

/** The dataset where `call` stands. */
function encodeDataset(
  tools: EncodeTools,
  given: unknown,
  state: PathState | undefined,
  call: EncodeCall,
): EntryDataset {
  const encoded = {} as Draft;
  if (typeof given !== 'object' || given === null || isList(given)) {
    call.complain({ path: call.path(), found: kindOf(given), expected: '{ namespace, name, … }' });
    return encoded;
  }
  const { namespace, name, version, rows, bytes, digest, producedBy } = given as Record<string, unknown>;
  // In the order of their names, as in canonical JSON.
  if (bytes !== undefined && !isMatchedBy(tools, state, 'bytes')) {
    encoded.bytes = countOf(bytes, 'bytes', call);
  }
  const cleanDigest = plainText(tools, digest, 'digest', isMatchedBy(tools, state, 'digest'), call);
  if (cleanDigest !== undefined) encoded.digest = cleanDigest;
  encoded.name = requiredText(tools, name, 'name', isMatchedBy(tools, state, 'name'), call);
  encoded.namespace = requiredText(
    tools,
    namespace,
    'namespace',
    isMatchedBy(tools, state, 'namespace'),
    call,
  );
  if (producedBy !== undefined && !isMatchedBy(tools, state, 'producedBy')) {
    const reference = spanReferenceOf(tools, producedBy, 'producedBy', call);
    if (reference !== undefined) encoded.producedBy = reference;
  }
  if (rows !== undefined && !isMatchedBy(tools, state, 'rows')) encoded.rows = countOf(rows, 'rows', call);
  const cleanVersion = plainText(tools, version, 'version', isMatchedBy(tools, state, 'version'), call);
  if (cleanVersion !== undefined) encoded.version = cleanVersion;
  tellUnknownKeys(tools, given, KEYS, call);
  return encoded;
}

function countOf(value: unknown, key: string, call: EncodeCall): number {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value === 0 ? 0 : (value as number);
  call.complain({ path: call.pathTo(key), found: kindOf(value), expected: 'an integer of at least 0' });
  return 0;
}
