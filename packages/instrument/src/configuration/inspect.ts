import { describeValue, didYouMean, type Problem } from '@org/instrument-core';
import { joinPath } from './path.ts';
import { describeSecret } from './schema/leaves.ts';
import {
  type Entries,
  type Fields,
  isSettings,
  type Leaf,
  type List,
  type Place,
  type Rule,
  type Variants,
} from './schema/rule.ts';
import { explainUnknownKey } from './unknown-key.ts';

/** A value that `${VARIABLE}` was part of. */
export interface Reference {
  /** Text after substitution, before it was read as a number or the like. */
  readonly text: string;
  /** `false` when a variable is missing: the value is then unknown, and not inspected. */
  readonly resolved: boolean;
}

/** Where the inspected values come from. */
export interface Origin {
  readonly place: Place;
  /** `instrument.config.yaml:12` for a path, or for the key of that path. */
  sourceOf?(path: string, part: 'key' | 'value'): string;
  reference?(path: string): Reference | undefined;
}

/** What an inspection yields: a copy without what is absent or wrong, and everything that is wrong. */
export interface Inspection {
  readonly value: unknown;
  readonly problems: readonly Problem[];
}

interface Context {
  readonly origin: Origin;
  readonly problems: Problem[];
}

const IN_LIST = 'Put it in a list, even when there is only one.';

/** Compares a value with a rule and reports all that is wrong with it. Instances are kept as they are. Never throws. */
export function inspect(rule: Rule, value: unknown, origin: Origin): Inspection {
  const problems: Problem[] = [];
  return { value: visit(rule, value, '', { origin, problems }), problems };
}

function visit(rule: Rule, value: unknown, path: string, context: Context): unknown {
  const { place, reference } = context.origin;
  if (rule.kind === 'by-place') return visit(place === 'code' ? rule.code : rule.file, value, path, context);
  if (rule.kind === 'list' && rule.orOne === true && !Array.isArray(value)) {
    return visit(rule.first ?? rule.item, value, path, context);
  }
  if (isUnsaid(value, path, context)) return undefined;
  const referred = reference?.(path);
  if (referred?.resolved === false) return undefined;
  const given = referred === undefined ? value : readReference(rule, referred.text, value);
  if (rule.kind === 'leaf') return visitLeaf(rule, given, path, context);
  if (rule.kind === 'list') return visitList(rule, given, path, context);
  if (rule.kind === 'fields') return visitFields(rule, given, path, context);
  if (rule.kind === 'variants') return visitVariants(rule, given, path, context);
  return visitEntries(rule, given, path, context);
}

/** In a file nothing, and a reference that yields nothing, are as if the key were not there. */
function isUnsaid(value: unknown, path: string, { origin }: Context): boolean {
  if (value === undefined || (origin.place === 'file' && value === null)) return true;
  const referred = origin.reference?.(path);
  return referred?.resolved === true && referred.text === '';
}

/** A reference is read as the option wants it, whether it stands in quotes or not. */
function readReference(rule: Rule, text: string, value: unknown): unknown {
  const reads = rule.kind === 'leaf' ? rule.reads : 'boolean';
  if (reads === 'text') return text;
  if (reads === 'boolean') return text === 'true' || text === 'false' ? text === 'true' : value;
  return reads === 'number' && text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : value;
}

function visitLeaf(rule: Leaf, value: unknown, path: string, context: Context): unknown {
  if (rule.accepts(value)) {
    for (const [key, part] of Object.entries(rule.parts ?? {})) {
      visit(part, (value as Readonly<Record<string, unknown>>)[key], joinPath(path, key), context);
    }
    return value;
  }
  const found = rule.describe?.(value) ?? describeValue(value);
  report(context, path, found, rule.expected, rule.fix?.(value));
  return undefined;
}

function visitList(rule: List, value: unknown, path: string, context: Context): unknown {
  if (Array.isArray(value)) {
    const known = context.problems.length;
    const first = value.findIndex((item, i) => !isUnsaid(item, joinPath(path, i), context));
    const ruleOf = (i: number) => (i === first && rule.first !== undefined ? rule.first : rule.item);
    const items = value
      .map((item, i) => visitItem(ruleOf(i), item, joinPath(path, i), context))
      .filter((item) => item !== undefined);
    const isRight = rule.notEmpty !== true || items.length > 0 || context.problems.length > known;
    if (!isRight) report(context, path, 'an empty list', rule.expected);
    return items;
  }
  const { problems } = inspect(rule.item, value, { place: context.origin.place });
  if (problems.length === 0) report(context, path, 'one alone', rule.expected, IN_LIST);
  else report(context, path, describeMisplaced(value), rule.expected);
  return undefined;
}

function visitItem(rule: Rule, value: unknown, path: string, context: Context): unknown {
  if (value === undefined || value === null) report(context, path, describeValue(value), 'an entry');
  return visit(rule, value ?? undefined, path, context);
}

function visitFields(rule: Fields, value: unknown, path: string, context: Context): unknown {
  if (typeof value === 'boolean' && (rule.switched === 'both' || (rule.switched === 'off' && !value)))
    return value;
  if (rule.listAs !== undefined && Array.isArray(value)) {
    const key = rule.listAs;
    const items = visit(rule.fields[key] as Rule, value, path, context);
    relate(rule, { [key]: value }, (at) => `${path}${at.slice(key.length)}`, context);
    return { [key]: items };
  }
  if (rule.listAs !== undefined && isSettings(value) && isOneOf(rule, rule.listAs, value)) {
    report(context, path, 'one alone', 'a list', IN_LIST);
    return undefined;
  }
  if (!isSettings(value)) {
    report(context, path, describeMisplaced(value), expectedOf(rule));
    return undefined;
  }
  const copy: Record<string, unknown> = {};
  // Wrong values count as given, so that a relation does not report them as missing, and a list keeps its places.
  const given: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const own = Object.hasOwn(rule.fields, key) ? rule.fields[key] : undefined;
    const at = joinPath(path, key);
    if (own === undefined) {
      if (value[key] === undefined) continue;
      const { expected, fix } = explainUnknownKey(rule, key);
      report(context, at, 'an unknown key', expected, fix, 'key');
    } else {
      const known = context.problems.length;
      const visited = visit(own, value[key], at, context);
      if (visited !== undefined) copy[key] = visited;
      const isRight = visited !== undefined && context.problems.length === known;
      given[key] = isRight || isUnsaid(value[key], at, context) ? visited : (value[key] ?? undefined);
    }
  }
  relate(rule, given, (key) => [path, key].filter((part) => part !== '').join('.'), context);
  return copy;
}

/** Whether it is what the list of a rule is of, and not the settings that have the list. */
function isOneOf(rule: Fields, listAs: string, value: Readonly<Record<string, unknown>>): boolean {
  const keys = Object.keys(value);
  return (
    keys.length > 0 && value[listAs] === undefined && keys.every((key) => !Object.hasOwn(rule.fields, key))
  );
}

function relate(
  rule: Fields,
  given: Readonly<Record<string, unknown>>,
  pathOf: (key: string) => string,
  context: Context,
): void {
  for (const relation of rule.relations ?? []) {
    relation(given, (key, expected, fix, found = describeAt(rule, given, key)) => {
      report(context, pathOf(key), found, expected, fix);
    });
  }
}

/** The value that a relation speaks of, as its own rule describes it: it may be a secret. */
function describeAt(rule: Fields, given: Readonly<Record<string, unknown>>, key: string): string {
  const own = Object.hasOwn(rule.fields, key) ? rule.fields[key] : undefined;
  const describe = own?.kind === 'leaf' && given[key] !== undefined ? own.describe : undefined;
  return describe === undefined ? describeValue(valueAt(given, key)) : describe(given[key]);
}

function visitVariants({ key, of }: Variants, value: unknown, path: string, context: Context): unknown {
  const kinds = Object.keys(of);
  if (!isSettings(value)) {
    report(
      context,
      path,
      describeMisplaced(value),
      `settings with ${key}, which is one of ${kinds.join(', ')}`,
    );
    return undefined;
  }
  const { [key]: kind, ...rest } = value;
  const known = typeof kind === 'string' && Object.hasOwn(of, kind) ? of[kind] : undefined;
  if (known === undefined) {
    const isWord = typeof kind === 'string' && /^[\w-]+$/.test(kind);
    const fix = isWord ? didYouMean(kind, kinds) : undefined;
    report(
      context,
      joinPath(path, key),
      isWord ? describeValue(kind) : describeMisplaced(kind),
      `one of ${kinds.join(', ')}`,
      fix,
    );
    return undefined;
  }
  return { [key]: kind, ...(visitFields(known, rest, path, context) as object) };
}

function visitEntries(rule: Entries, value: unknown, path: string, context: Context): unknown {
  if (!isSettings(value)) {
    report(context, path, describeMisplaced(value), 'settings, as key: value');
    return undefined;
  }
  const copy: Record<string, unknown> = {};
  const seen = new Set<string>();
  for (const key of Object.keys(value)) {
    const at = joinPath(path, key);
    const known = rule.caseless === true ? key.toLowerCase() : key;
    if (key === '__proto__') {
      report(context, at, 'the key __proto__', 'a key that JavaScript does not reserve', undefined, 'key');
    } else if (!rule.acceptsKey(key)) {
      report(context, at, `the key ${describeValue(key)}`, rule.expectedKey, undefined, 'key');
    } else if (seen.has(known)) {
      report(context, at, 'the same key twice, in different case', 'it once', 'Remove one.', 'key');
    } else {
      const visited = visit(rule.value, value[key], at, context);
      if (visited !== undefined) copy[key] = visited;
    }
    seen.add(known);
  }
  return copy;
}

/** What stands where settings or a list should: it may be a secret that slipped a line, or hold some. */
function describeMisplaced(value: unknown): string {
  const isShown = value === '' || value === null || (typeof value !== 'string' && typeof value !== 'object');
  return isShown ? describeValue(value) : describeSecret(value);
}

function expectedOf(rule: Fields): string {
  const keys = `settings (${Object.keys(rule.fields).slice(0, 4).join(', ')} …)`;
  const settings = rule.listAs === undefined ? keys : `a list, or ${keys}`;
  if (rule.switched === undefined) return settings;
  return rule.switched === 'both' ? `true, false or ${settings}` : `false or ${settings}`;
}

/** The value that a relation speaks of: `options.boundaries`, `boundaries[2]`, or the whole. */
function valueAt(values: Readonly<Record<string, unknown>>, key: string): unknown {
  const parts = key.split(/[.[\]]+/).filter((part) => part !== '');
  return parts.reduce<unknown>(
    (value, part) => (value as Record<string, unknown> | undefined)?.[part],
    values,
  );
}

function report(
  context: Context,
  path: string,
  found: string,
  expected: string,
  fix?: string,
  part: 'key' | 'value' = 'value',
): void {
  const source = context.origin.sourceOf?.(path, part);
  context.problems.push({
    path,
    found,
    expected,
    ...(fix === undefined ? {} : { fix }),
    ...(source === undefined ? {} : { source }),
  });
}
