import { types } from 'node:util';
import type { Json } from '../notification.ts';
import { cutText } from '../text.ts';
import { errorEntries } from './error-entries.ts';
import { withoutSecretHeaders } from './header-list.ts';
import { keyNameOf } from './key-name.ts';
import {
  MARKS_BYTES,
  MAX_DEPTH,
  MAX_ENTRIES,
  MAX_KEY,
  MAX_PAYLOAD_BYTES,
  MAX_STRING,
  MORE,
  REDACTED,
} from './limits.ts';
import { isSecretLabel, type Secrecy } from './secret-keys.ts';
import { safeBeginning } from './secrets.ts';

type Entry = readonly [key: string, value: () => unknown];

/** Keys that change what an object is in careless receivers. */
const NEVER: readonly string[] = ['__proto__', 'constructor', 'prototype'];
/** Below, only a mark is written. */
const LEAST_BYTES = 64;

/**
 * Makes safe JSON of one value of any kind: bounded in bytes, depth and number, frozen, without secrets. Whatever runs code of
 * the user's on the way (getters, `toJSON`, proxies) may throw.
 */
export class SafeValue {
  readonly #labels: string | undefined;
  readonly #above = new Set<object>();
  #left = MAX_PAYLOAD_BYTES - MARKS_BYTES;
  #isAmongLabels = false;

  /** `labels`: name of what holds labels, which are judged as such. */
  constructor(labels?: string) {
    this.#labels = labels;
  }

  of(value: unknown): Json {
    try {
      return this.#any(value);
    } catch {
      return this.#text('[unreadable]');
    }
  }

  #any(value: unknown): Json {
    switch (typeof value) {
      case 'string':
        return this.#text(safeBeginning(value), value.length);
      case 'number':
        if (!Number.isFinite(value)) return this.#text(String(value));
        this.#left -= 8;
        return value;
      case 'boolean':
        this.#left -= 5;
        return value;
      case 'object':
        if (value !== null) return this.#object(value);
        break;
      case 'undefined':
        break;
      case 'function':
        return this.#text(
          types.isProxy(value) ? '[function]' : `[function ${value.name}]`.replace(' ]', ']'),
        );
      default:
        // Symbols, and bigints, which JSON has no form for.
        return this.#text(String(value));
    }
    this.#left -= 4;
    return null;
  }

  #text(text: string, length: number = text.length): string {
    if (this.#left < LEAST_BYTES) return this.#counted(MORE);
    let short = cutText(text, MAX_STRING);
    if (short.length * 6 > this.#left && jsonBytes(short) > this.#left) {
      // No character takes more than six bytes of JSON.
      short = cutText(short, Math.max(1, Math.floor(this.#left / 6) - 8));
    }
    return this.#counted(
      length > short.length && short.endsWith(MORE) ? `${short} (${length} characters)` : short,
    );
  }

  #counted(text: string): string {
    this.#left -= jsonBytes(text);
    return text;
  }

  #object(value: object): Json {
    if (this.#above.has(value)) return this.#text('[circular]');
    if (this.#left < LEAST_BYTES) return this.#counted(MORE);
    const short = shortForm(value);
    if (short !== undefined) return this.#any(short);
    if (this.#above.size >= MAX_DEPTH) return this.#text(Array.isArray(value) ? '[list]' : '[object]');
    this.#above.add(value);
    try {
      return this.#container(value);
    } finally {
      this.#above.delete(value);
    }
  }

  #container(value: object): Json {
    if (Array.isArray(value)) return this.#list(value.length, (i) => value[i]);
    if (types.isSet(value)) {
      const items = firstOf(Set.prototype.values.call(value));
      return this.#list(value.size, (i) => items[i]);
    }
    if (types.isMap(value)) return this.#entries(mapEntries(value), value.size);
    if (types.isNativeError(value) || value instanceof Error) {
      const entries = errorEntries(value);
      return this.#entries(entries, entries.length);
    }
    const json = jsonOf(value);
    if (json !== undefined) return this.of(json.value);
    const keys = Object.keys(value);
    const entries = keys
      .slice(0, MAX_ENTRIES)
      .map((key): Entry => [key, () => (value as Record<string, unknown>)[key]]);
    return this.#entries(entries, keys.length);
  }

  #list(length: number, at: (index: number) => unknown): Json {
    const items: Json[] = [];
    this.#left -= 2;
    const end = Math.min(length, MAX_ENTRIES);
    for (let i = 0; i < end && this.#left >= LEAST_BYTES; i++) {
      this.#left -= 1;
      items.push(this.#read(() => at(i)));
    }
    if (items.length < length) items.push(this.#counted(`${MORE} ${length - items.length} more`));
    return Object.freeze(items);
  }

  #entries(entries: readonly Entry[], count: number): Json {
    const object: Record<string, Json> = {};
    this.#left -= 2;
    let done = 0;
    for (const [name, value] of entries.slice(0, MAX_ENTRIES)) {
      if (this.#left < LEAST_BYTES) break;
      done++;
      if (NEVER.includes(name)) continue;
      const { shown, secrecy } = keyNameOf(name);
      const isSecret = this.#isAmongLabels ? isSecretLabel(name) : secrecy !== 'none';
      const key = this.#counted(keyIn(object, shown));
      this.#left -= 2;
      object[key] = isSecret
        ? this.#secret(value, this.#isAmongLabels ? 'all' : secrecy)
        : name === this.#labels && !this.#isAmongLabels
          ? this.#readLabels(value)
          : this.#read(() => withoutSecretHeaders(name, value()));
    }
    if (done < count) object[MORE] = this.#counted(`${count - done} more`);
    return Object.freeze(object);
  }

  /** Whether there is a secret is none. */
  #secret(read: () => unknown, secrecy: Secrecy): Json {
    let value: unknown;
    try {
      value = read();
    } catch {
      return this.#text(REDACTED);
    }
    const isCount = typeof value === 'number' || typeof value === 'bigint';
    if (secrecy === 'uncounted' && isCount) return this.of(value);
    if (secrecy === 'texts') return this.#withoutTexts(value);
    return value === null || typeof value === 'boolean' || value === '' ? value : this.#text(REDACTED);
  }

  /** What is a text in the end, whatever made it one, or a list, is a secret. */
  #withoutTexts(value: unknown): Json {
    const left = this.#left;
    const json = this.of(value);
    if (json === '' || !(typeof json === 'string' || Array.isArray(json))) return json;
    this.#left = left;
    return this.#text(REDACTED);
  }

  #readLabels(read: () => unknown): Json {
    this.#isAmongLabels = true;
    try {
      return this.#read(read);
    } finally {
      this.#isAmongLabels = false;
    }
  }

  #read(read: () => unknown): Json {
    let value: unknown;
    try {
      value = read();
    } catch {
      return this.#text('[unreadable]');
    }
    return this.of(value);
  }
}

/** What is said of an object in a word: dates, addresses, bytes, boxed values, promises. */
function shortForm(value: object): string | number | boolean | undefined {
  if (types.isProxy(value)) return undefined;
  if (types.isDate(value)) {
    const millis = Date.prototype.getTime.call(value);
    return Number.isNaN(millis) ? 'Invalid Date' : new Date(millis).toISOString();
  }
  if (ArrayBuffer.isView(value)) return `[${value.constructor?.name ?? 'bytes'}, ${value.byteLength} bytes]`;
  if (types.isAnyArrayBuffer(value)) return `[ArrayBuffer, ${value.byteLength} bytes]`;
  if (types.isRegExp(value)) return RegExp.prototype.toString.call(value);
  if (types.isPromise(value)) return '[promise]';
  if (value instanceof URL) return value.href;
  return types.isBoxedPrimitive(value) ? String(value) : undefined;
}

function jsonOf(value: object): { readonly value: unknown } | undefined {
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON !== 'function') return undefined;
  const json: unknown = toJSON.call(value, '');
  return json === value ? undefined : { value: json };
}

function mapEntries(map: ReadonlyMap<unknown, unknown>): Entry[] {
  const entries: (readonly [unknown, unknown])[] = firstOf(
    Map.prototype.entries.call(map) as IterableIterator<[unknown, unknown]>,
  );
  return entries.map(([key, value]) => [nameOf(key), () => value]);
}

/** A key of an object: those that are the same once they are cut, or without their secrets, are numbered. */
function keyIn(object: object, key: string): string {
  if (!Object.hasOwn(object, key)) return key;
  for (let number = 2; ; number++) {
    const end = ` (${number})`;
    const numbered = `${cutText(key, MAX_KEY - end.length)}${end}`;
    if (!Object.hasOwn(object, numbered)) return numbered;
  }
}

function nameOf(key: unknown): string {
  return typeof key === 'object' && key !== null
    ? '[object]'
    : typeof key === 'function'
      ? '[function]'
      : String(key);
}

function firstOf<T>(items: Iterable<T>): T[] {
  const first: T[] = [];
  for (const item of items) {
    if (first.length >= MAX_ENTRIES) break;
    first.push(item);
  }
  return first;
}

function jsonBytes(text: string): number {
  return Buffer.byteLength(JSON.stringify(text));
}
