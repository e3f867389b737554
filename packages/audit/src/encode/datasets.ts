import type { EntryDataset } from '../operation/entry.ts';
import type { PathState } from '../redact/path-matcher.ts';
import type { EncodeCall } from './call.ts';
import { MAX_WIDTH } from './containers.ts';
import { grouped } from './count.ts';
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
    datasets.push(encodeDataset(tools, given[i], `${field}[${i}]`, below, call));
  }
  if (length > size) call.adjustField(field, `cut from ${grouped(length)} to ${grouped(size)}`);
  return datasets;
}

type Draft = { -readonly [Key in keyof EntryDataset]: EntryDataset[Key] };

function encodeDataset(
  tools: EncodeTools,
  given: unknown,
  path: string,
  state: PathState | undefined,
  call: EncodeCall,
): EntryDataset {
  call.field = path;
  const encoded = {} as Draft;
  if (typeof given !== 'object' || given === null || isList(given)) {
    call.complain({ path, found: kindOf(given), expected: '{ namespace, name, … }' });
    return encoded;
  }
  const { namespace, name, version, rows, bytes, digest, producedBy } = given as Record<string, unknown>;
  const isMatched = (key: string): boolean => isMatchedBy(tools, state, key);
  // In the order of their names, as in canonical JSON.
  if (bytes !== undefined && !isMatched('bytes')) encoded.bytes = countOf(bytes, path, 'bytes', call);
  const cleanDigest = plainText(tools, digest, `${path}.digest`, isMatched('digest'), call);
  if (cleanDigest !== undefined) encoded.digest = cleanDigest;
  encoded.name = requiredText(tools, name, `${path}.name`, isMatched('name'), call);
  encoded.namespace = requiredText(tools, namespace, `${path}.namespace`, isMatched('namespace'), call);
  if (producedBy !== undefined && !isMatched('producedBy')) {
    const reference = spanReferenceOf(tools, producedBy, `${path}.producedBy`, call);
    if (reference !== undefined) encoded.producedBy = reference;
  }
  if (rows !== undefined && !isMatched('rows')) encoded.rows = countOf(rows, path, 'rows', call);
  const cleanVersion = plainText(tools, version, `${path}.version`, isMatched('version'), call);
  if (cleanVersion !== undefined) encoded.version = cleanVersion;
  tellUnknownKeys(tools, given, KEYS, path, call);
  return encoded;
}

function countOf(value: unknown, path: string, key: string, call: EncodeCall): number {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value === 0 ? 0 : (value as number);
  call.complain({ path: `${path}.${key}`, found: kindOf(value), expected: 'an integer of at least 0' });
  return 0;
}
