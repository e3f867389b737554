import type { KeyFilter } from '../attributes/key-set.ts';
import type { AttributeKeys, AttributesProcessor } from '../view.ts';

/** What a view makes of attributes. */
export interface AttributeView {
  /** Keys kept or left out; all are kept when left out. */
  readonly attributes?: AttributeKeys | undefined;
  /** What the rest is handed to. */
  readonly processors?: readonly AttributesProcessor[] | undefined;
}

/** The filter of a view's `attributes`, or `undefined` when it keeps all keys. */
export function keyFilter(keys: AttributeKeys | undefined): KeyFilter | undefined {
  if (keys?.allow === undefined && keys?.deny === undefined) return undefined;
  const allow = keys.allow === undefined ? undefined : new Set(keys.allow);
  const deny = new Set(keys.deny);
  return (key) => (allow === undefined || allow.has(key)) && !deny.has(key);
}

/** Whether two views make the same of all attributes. */
export function isSameView(a: AttributeView, b: AttributeView): boolean {
  const [ours, theirs] = [a.processors ?? [], b.processors ?? []];
  const areSame = ours.length === theirs.length && ours.every((processor, i) => processor === theirs[i]);
  return areSame && keepsAll(a.attributes, b.attributes) && keepsAll(b.attributes, a.attributes);
}

/** Whether what a view has made of attributes tells what another one would have made of them. */
export function isEnoughFor(view: AttributeView, other: AttributeView): boolean {
  const isUnprocessed = (view.processors ?? []).length === 0;
  return (isUnprocessed && keepsAll(view.attributes, other.attributes)) || isSameView(view, other);
}

/** Whether all the keys that `others` keeps are kept. */
function keepsAll(keys: AttributeKeys | undefined, others: AttributeKeys | undefined): boolean {
  const [keeps, othersKeep] = [keyFilter(keys), keyFilter(others)];
  if (keeps === undefined) return true;
  const named = [keys, others].flatMap((list) => [...(list?.allow ?? []), ...(list?.deny ?? [])]);
  // Longer than each: it stands for all the keys that neither names.
  const unnamed = `${named.join('')}.`;
  return [...named, unnamed].every((key) => keeps(key) || othersKeep?.(key) === false);
}
