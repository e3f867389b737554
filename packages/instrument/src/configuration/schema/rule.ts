/** Where a value was written: functions and instances exist in code only. */
export type Place = 'code' | 'file';

/** A value without parts: a number, a text, an instance. */
export interface Leaf {
  readonly kind: 'leaf';
  /** What is expected, in words. */
  readonly expected: string;
  accepts(value: unknown): boolean;
  /** How to put a wrong value right. */
  fix?(value: unknown): string | undefined;
  /** The value for a message; left out where it may be shown as it is. */
  describe?(value: unknown): string;
  /** What the text of a `${VARIABLE}` is read as. Left out: as the file's syntax has it. */
  readonly reads?: 'text' | 'number' | 'boolean';
  /** Properties of an instance that are inspected, too. The instance is kept as it is. */
  readonly parts?: Readonly<Record<string, Rule>>;
}

/** Reports that the value of a key does not go with the others. `found`: in place of the value, where that may be a secret. */
export type Report = (key: string, expected: string, fix?: string, found?: string) => void;

/** A condition between the keys of one object. Keys that are wrong by themselves may hold anything. */
export type Relation = (values: Readonly<Record<string, unknown>>, report: Report) => void;

/** An object with known keys. */
export interface Fields {
  readonly kind: 'fields';
  readonly fields: Readonly<Record<string, Rule>>;
  /** `both`: `true` and `false` may stand for it; `off`: only `false`. */
  readonly switched?: 'both' | 'off';
  /** Settings that `true` is short for. */
  readonly whenTrue?: Readonly<Record<string, unknown>>;
  readonly relations?: readonly Relation[];
  /** A list may stand for the settings: it is what this key would be. */
  readonly listAs?: string;
}

/** An object with keys of the user's choice. */
export interface Entries {
  readonly kind: 'entries';
  /** What is expected of a key, in words. */
  readonly expectedKey: string;
  acceptsKey(key: string): boolean;
  readonly value: Rule;
  /** Keys that differ only in case are one (header names). */
  readonly caseless?: boolean;
}

/** A list. A list replaces the list of a weaker source; it is not merged with it. */
export interface List {
  readonly kind: 'list';
  readonly expected: string;
  readonly item: Rule;
  /** What the first one is to be, where that is not what the others are. */
  readonly first?: Rule;
  /** One alone may stand for a list of it. */
  readonly orOne?: boolean;
  /** At least one has to be there. */
  readonly notEmpty?: boolean;
}

/** An object that is one of several kinds, each with keys of its own. */
export interface Variants {
  readonly kind: 'variants';
  /** The key that says which kind it is. */
  readonly key: string;
  /** The other keys, by kind. */
  readonly of: Readonly<Record<string, Fields>>;
}

/** One rule in code, another in a file. */
export interface ByPlace {
  readonly kind: 'by-place';
  readonly code: Rule;
  readonly file: Rule;
}

/** What a value of the configuration must be like. */
export type Rule = Leaf | Fields | Entries | List | Variants | ByPlace;

/** Whether a value is an object whose keys are settings: not a list, a date, a map or a regular expression. */
export function isSettings(value: unknown): value is Record<string, unknown> {
  return Object.prototype.toString.call(value) === '[object Object]';
}

/** Fields of an interface: one rule per key, so that a key added to the interface is missed here by the compiler. */
export function fieldsOf<T>(
  fields: { readonly [Key in keyof T]-?: Rule },
  more: Omit<Fields, 'kind' | 'fields'> = {},
): Fields {
  return { kind: 'fields', fields, ...more };
}

/** Something that only code can give. */
export function inCodeOnly(code: Rule, expected: string, fix: string): ByPlace {
  return { kind: 'by-place', code, file: { kind: 'leaf', expected, accepts: () => false, fix: () => fix } };
}
