import type { EntryActor, EntryTarget, EntryText } from '../operation/entry.ts';
import type { PathState } from '../redact/path-matcher.ts';
import { PersonalValue } from '../subjects/personal.ts';
import type { EncodeCall } from './call.ts';
import { entryText, plainText } from './entry-text.ts';
import { isList, kindOf } from './kind.ts';
import { tellUnknownKeys } from './known-keys.ts';
import { type EncodeTools, isMatchedBy } from './tools.ts';

const ACTOR_KEYS: ReadonlySet<string> = new Set(['id', 'type', 'name', 'address']);
const TARGET_KEYS: ReadonlySet<string> = new Set(['id', 'type', 'name']);

/** Who did it. */
export function encodeActor(tools: EncodeTools, given: unknown, call: EncodeCall): EntryActor | undefined {
  return encodeParty(tools, given, 'actor', ACTOR_KEYS, tools.fieldPaths.actor, call);
}

/** What it was done to. */
export function encodeTarget(tools: EncodeTools, given: unknown, call: EncodeCall): EntryTarget | undefined {
  return encodeParty(tools, given, 'target', TARGET_KEYS, tools.fieldPaths.target, call);
}

function encodeParty(
  tools: EncodeTools,
  given: unknown,
  field: 'actor' | 'target',
  keys: ReadonlySet<string>,
  state: PathState | undefined,
  call: EncodeCall,
): EntryActor | undefined {
  if (given === undefined) return undefined;
  call.field = field;
  if (typeof given === 'string' || given instanceof PersonalValue) {
    const id = entryId(tools, given, undefined, isMatchedBy(tools, state, 'id'), call);
    return id === undefined ? undefined : { id };
  }
  if (typeof given !== 'object' || given === null || isList(given)) {
    const expected = `an id as text, or { ${[...keys].join(', ')} }`;
    call.complain({ path: field, found: kindOf(given), expected });
    return undefined;
  }
  if (state?.isMatch) return { id: tools.settings.replacement };
  const party = given as Readonly<Record<string, unknown>>;
  const { id, type, name } = party;
  const isActor = field === 'actor';
  const of = (value: unknown, key: string): EntryText | undefined =>
    value === undefined ? undefined : entryText(tools, value, key, isMatchedBy(tools, state, key), call);
  const encoded: { id: EntryText; type?: string; name?: EntryText; address?: EntryText } = {} as {
    id: EntryText;
  };
  // In the order of their names, as in canonical JSON.
  const address = isActor ? of(party.address, 'address') : undefined;
  if (address !== undefined) encoded.address = address;
  encoded.id = entryId(tools, id, 'id', isMatchedBy(tools, state, 'id'), call) ?? '';
  const cleanName = of(name, 'name');
  if (cleanName !== undefined) encoded.name = cleanName;
  const cleanType =
    type === undefined ? undefined : plainText(tools, type, 'type', isMatchedBy(tools, state, 'type'), call);
  if (cleanType !== undefined) encoded.type = cleanType;
  tellUnknownKeys(tools, given, keys, call);
  return encoded;
}

function entryId(
  tools: EncodeTools,
  id: unknown,
  key: 'id' | undefined,
  isMatched: boolean,
  call: EncodeCall,
): EntryText | undefined {
  const plain: unknown = id instanceof PersonalValue ? id.value : id;
  if (id !== undefined && plain !== '') return entryText(tools, id, key, isMatched, call);
  const found = plain === '' ? 'an empty text' : 'nothing';
  call.complain({ path: call.pathTo(key), found, expected: 'an id: a text, or a personal value of one' });
  return undefined;
}
