import { type DecoratorCall, DRAFT_DIALECT, isClass, readDecoratorCall } from '@org/instrument-core';
import { wrapDescriptor } from './member.ts';
import type { InstrumentOptions } from './options.ts';
import { misuse, type Settings, settingsOf } from './validate-options.ts';
import { isWrapped } from './wrap.ts';

/** A class of whatever constructor. */
export type AnyClass = abstract new (...args: never[]) => unknown;

/** A decorator for classes, in both dialects of TypeScript. */
export type ClassInstrumenter = <C extends AnyClass>(target: C, context?: ClassDecoratorContext<C>) => void;

/** The type of `@instrumented.skip`, in both dialects. */
export interface SkipDecorator {
  (method: (...args: never[]) => unknown, context: ClassMethodDecoratorContext): void;
  (target: object, key: string | symbol, descriptor: PropertyDescriptor): void;
}

/** The type of {@link instrumented}: a class decorator, and a factory of class decorators. */
export interface Instrumented {
  <C extends AnyClass>(target: C, context?: ClassDecoratorContext<C>): void;
  (prefix?: string): ClassInstrumenter;
  (options: InstrumentOptions): ClassInstrumenter;
  /** Leaves a method out. */
  readonly skip: SkipDecorator;
}

/** Keys left out, by what the class and its members have in common: the holder, or TC39 metadata. */
const skippedKeys = new WeakMap<object, Set<string>>();
const skippedFunctions = new WeakSet<object>();

/**
 * Instruments all methods that a class declares itself, static ones included: bare, with a prefix that takes the place
 * of the class's name in the names of the operations, or with options that hold for all methods (`name` is the prefix).
 * Left out are inherited, private and accessor members, functions held in fields, what `@instrumented.skip` marks,
 * and what `@instrumentPerformance` instruments already. Only descriptors are looked at; no getter runs.
 *
 * @throws InstrumentError `INSTRUMENT_DECORATOR_MISUSE` at decoration, on what is no class, and for wrong options.
 */
export const instrumented: Instrumented = Object.assign(
  (...args: unknown[]): unknown => {
    const call = readDecoratorCall(args);
    if (call.form !== 'factory') return decorate(call, settingsOf(undefined, undefined, '@instrumented'));
    const settings = settingsOf(call.given, call.more, '@instrumented');
    return (...inner: unknown[]): unknown => decorate(readDecoratorCall(inner), settings);
  },
  { skip },
) as Instrumented;

function decorate(call: DecoratorCall, settings: Settings): void {
  const isTc39 = call.form === 'tc39' && call.context.kind === 'class';
  if (!isTc39 && call.form !== 'legacy-class') {
    const other = { found: 'something else', fix: 'Use @instrumentPerformance for a method.' };
    const problem = call.form === 'draft' ? DRAFT_DIALECT : other;
    throw misuse('@instrumented stands where it cannot work', [
      { path: '@instrumented', expected: 'a class', ...problem },
    ]);
  }
  const target = call.value as { prototype: object };
  const metadata = call.form === 'tc39' ? call.context.metadata : undefined;
  const perMethod: Settings = { ...settings, name: undefined };
  for (const holder of [target.prototype, target]) {
    for (const key of Reflect.ownKeys(holder)) {
      const descriptor = Object.getOwnPropertyDescriptor(holder, key);
      if (descriptor === undefined || !isMethod(key, descriptor)) continue;
      if (isSkipped(descriptor.value, holder, metadata, key, holder === target)) continue;
      Object.defineProperty(holder, key, wrapDescriptor(descriptor, perMethod, key, holder, settings.name));
    }
  }
}

/** Methods are not enumerable; functions and classes that somebody put in a field are. */
function isMethod(key: string | symbol, descriptor: PropertyDescriptor): boolean {
  const { value } = descriptor;
  if (typeof value !== 'function' || key === 'constructor' || descriptor.enumerable === true) return false;
  return descriptor.configurable === true && !isWrapped(value) && !isClass(value);
}

function skip(...args: unknown[]): void {
  const call = readDecoratorCall(args);
  if (call.form === 'tc39' && call.context.kind === 'method') {
    skippedFunctions.add(call.value as object);
    const { metadata, static: isStatic, name } = call.context;
    if (metadata !== undefined && name !== undefined) addKey(metadata, keyOf(name, isStatic === true));
    return;
  }
  const value =
    call.form === 'legacy' ? (call.descriptor as PropertyDescriptor | undefined)?.value : undefined;
  if (call.form !== 'legacy' || typeof value !== 'function') {
    const problem = call.form === 'draft' ? DRAFT_DIALECT : { found: 'something else' };
    throw misuse('@instrumented.skip stands where it cannot work', [
      { path: '@instrumented.skip', expected: 'a method', ...problem },
    ]);
  }
  skippedFunctions.add(value);
  addKey(call.holder, keyOf(call.key, false));
}

function addKey(owner: object, key: string): void {
  const keys = skippedKeys.get(owner) ?? new Set<string>();
  keys.add(key);
  skippedKeys.set(owner, keys);
}

function isSkipped(
  value: object,
  holder: object,
  metadata: object | undefined,
  key: string | symbol,
  isStatic: boolean,
): boolean {
  if (skippedFunctions.has(value) || skippedKeys.get(holder)?.has(keyOf(key, false)) === true) return true;
  return metadata !== undefined && skippedKeys.get(metadata)?.has(keyOf(key, isStatic)) === true;
}

function keyOf(key: string | symbol, isStatic: boolean): string {
  return `${isStatic ? 'static ' : ''}${String(key)}`;
}
