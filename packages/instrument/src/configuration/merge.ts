import { isWithin, joinPath } from './path.ts';
import { type Entries, type Fields, isSettings, type Rule } from './schema/rule.ts';

/** Settings of one source. */
export interface Layer {
  readonly values: object;
  /** Where the value of a path was said: `code`, `instrument.config.yaml:12`, `OTEL_SERVICE_NAME`. */
  sourceOf(path: string): string;
}

/** Layers put over each other. */
export interface Merged {
  readonly values: Record<string, unknown>;
  /** Source of each value, by its path. */
  readonly sources: ReadonlyMap<string, string>;
}

interface Fold {
  readonly layer: Layer;
  readonly sources: Map<string, string>;
}

/** Nothing said yet. */
export const NOTHING: Merged = { values: {}, sources: new Map() };

/**
 * Puts a layer over what weaker ones said. Settings are merged key by key; lists, instances and plain values
 * replace what is below. `false` replaces settings; `true` over settings keeps them and adds what it is short for, as
 * do settings over `true`. Neither side is changed; instances are kept.
 */
export function overlay(rule: Fields, below: Merged, layer: Layer): Merged {
  const sources = new Map(below.sources);
  const values = merge(rule, below.values, layer.values, '', { layer, sources });
  return { values: values as Record<string, unknown>, sources };
}

function merge(rule: Rule, below: unknown, above: unknown, path: string, fold: Fold): unknown {
  if (above === undefined) return below;
  if (rule.kind === 'entries' && isSettings(above)) return mergeEntries(rule, below, above, path, fold);
  if (rule.kind === 'fields') {
    if (isSettings(above)) return mergeFields(rule, below, above, path, fold);
    if (above === true && isSettings(below)) {
      return fillIn(rule, below, path, fold.layer.sourceOf(path), fold.sources);
    }
  }
  forgetValue(fold.sources, path, below);
  fold.sources.set(path, fold.layer.sourceOf(path));
  return above;
}

function mergeFields(
  rule: Fields,
  below: unknown,
  above: Record<string, unknown>,
  path: string,
  fold: Fold,
): Record<string, unknown> {
  let values: Record<string, unknown> = {};
  if (isSettings(below)) values = { ...below };
  else {
    const source = fold.sources.get(path);
    forget(fold.sources, path);
    if (below === true && source !== undefined) values = fillIn(rule, {}, path, source, fold.sources);
  }
  for (const key of Object.keys(above)) {
    const own = Object.hasOwn(rule.fields, key) ? rule.fields[key] : undefined;
    if (own === undefined) continue;
    const value = merge(own, values[key], above[key], joinPath(path, key), fold);
    if (value !== undefined) values[key] = value;
  }
  // Settings without a key still say something: `prometheus: {}` is on.
  if (path !== '' && Object.keys(values).length === 0) fold.sources.set(path, fold.layer.sourceOf(path));
  return values;
}

/** Adds what `true` is short for where nothing is said. */
function fillIn(
  rule: Fields,
  settings: Record<string, unknown>,
  path: string,
  source: string,
  sources: Map<string, string>,
): Record<string, unknown> {
  const values = { ...settings };
  for (const [key, value] of Object.entries(rule.whenTrue ?? {})) {
    if (values[key] !== undefined) continue;
    values[key] = value;
    sources.set(joinPath(path, key), source);
  }
  return values;
}

function mergeEntries(
  rule: Entries,
  below: unknown,
  above: Record<string, unknown>,
  path: string,
  fold: Fold,
): Record<string, unknown> {
  const values: Record<string, unknown> = isSettings(below) ? { ...below } : {};
  const nameOf = (key: string) => (rule.caseless === true ? key.toLowerCase() : key);
  const known = new Map(Object.keys(values).map((key) => [nameOf(key), key]));
  for (const key of Object.keys(above)) {
    if (above[key] === undefined || key === '__proto__') continue;
    const same = known.get(nameOf(key));
    if (same !== undefined && same !== key) {
      forgetValue(fold.sources, joinPath(path, same), values[same]);
      delete values[same];
    }
    known.set(nameOf(key), key);
    values[key] = merge(rule.value, values[key], above[key], joinPath(path, key), fold);
  }
  return values;
}

/** Drops the sources of a value that is replaced. Only settings have more than one, which all have to be looked through for. */
function forgetValue(sources: Map<string, string>, path: string, value: unknown): void {
  if (isSettings(value)) forget(sources, path);
  else sources.delete(path);
}

/** Drops the sources of a path and of all below it. */
export function forget(sources: Map<string, string>, path: string): void {
  for (const known of sources.keys()) {
    if (isWithin(known, path)) sources.delete(known);
  }
}
