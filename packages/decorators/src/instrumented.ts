import {
  type DecoratorCall,
  DRAFT_DIALECT,
  isClass,
  readDecoratorCall,
  type Untyped,
} from '@org/instrument-core';
import { expectClass, isLeftOut, leaveOut, placeOf } from './left-out.ts';
import { wrapDescriptor } from './member.ts';
import type { InstrumentOptions } from './options.ts';
import { misuse, type Settings, settingsOf } from './validate-options.ts';
import { isWrapped } from './wrap.ts';

/** A class of whatever constructor: a private or protected one fits no type but that of what may follow `new`. */
export type AnyClass =
  | (abstract new (
      ...args: never[]
    ) => unknown)
  | (NewableFunction & { readonly prototype: object });

/** A decorator for classes, in both dialects of TypeScript. */
export type ClassInstrumenter = <C extends AnyClass>(
  target: C,
  context?: ClassDecoratorContext<Untyped>,
) => void;

/** The type of `@instrumented.skip`, in both dialects. */
export interface SkipDecorator {
  (method: (...args: never[]) => unknown, context: ClassMethodDecoratorContext<Untyped, Untyped>): void;
  (target: object, key: string | symbol, descriptor: PropertyDescriptor): void;
}

/** The type of {@link instrumented}: a class decorator, and a factory of class decorators. */
export interface Instrumented {
  <C extends AnyClass>(target: C, context?: ClassDecoratorContext<Untyped>): void;
  (prefix?: string): ClassInstrumenter;
  (options: InstrumentOptions): ClassInstrumenter;
  /** Leaves a method out. */
  readonly skip: SkipDecorator;
}

/**
 * Instruments all methods that a class declares itself, static ones included: bare, with a prefix that takes the place
 * of the class's name in the names of the operations, or with options that hold for all methods (`name` is the prefix).
 * Left out are inherited, private and accessor members, functions held in fields, what `@instrumented.skip` marks,
 * and what `@instrumentPerformance` instruments already. Only descriptors are looked at; no getter runs. Of a class that
 * is compiled to ES5 under `experimentalDecorators`, static methods are left out as well: there they look like fields.
 * Where another decorator stands above `@instrumented.skip` or `@instrumentPerformance`, TC39 decorators know of it only
 * by what the compiler emits as `Symbol.metadata`, so put ours on top.
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
  const metadata = isTc39 ? call.context.metadata : undefined;
  const perMethod: Settings = { ...settings, name: undefined };
  for (const holder of [target.prototype, target]) {
    const isStatic = holder === target;
    // A TC39 decorator of a class is called before there are static fields; one of the other dialect after.
    const mayBeAssigned = !isStatic || (isTc39 && !isClass(target));
    for (const key of Reflect.ownKeys(holder)) {
      const descriptor = Object.getOwnPropertyDescriptor(holder, key);
      if (descriptor === undefined || !isMethod(key, descriptor, mayBeAssigned)) continue;
      const places = [placeOf(holder, key, false), placeOf(metadata, key, isStatic)];
      if (isLeftOut(descriptor.value, places) || isWrapped(descriptor.value)) continue;
      Object.defineProperty(holder, key, wrapDescriptor(descriptor, perMethod, key, holder, settings.name));
    }
  }
}

/**
 * Methods are not enumerable, while functions and classes that somebody put in a static field are. Where a class is
 * compiled to a function (ES5, Babel's loose mode), its methods are assigned too, and enumerable. Of a prototype's, that
 * is not taken for a sign of anything; a static one that may as well be a field is left out, because who compares it
 * with what the field was given must find it.
 */
function isMethod(key: string | symbol, descriptor: PropertyDescriptor, mayBeAssigned: boolean): boolean {
  const { value } = descriptor;
  if (typeof value !== 'function' || key === 'constructor' || isClass(value)) return false;
  if (descriptor.configurable !== true) return false;
  return descriptor.enumerable !== true || (mayBeAssigned && !hasMembers(value));
}

/** Whether what was assigned is a class that is compiled to a function: nothing else has members in its `prototype`. */
function hasMembers(fn: object): boolean {
  const prototype: unknown = Object.getOwnPropertyDescriptor(fn, 'prototype')?.value;
  if (typeof prototype !== 'object' || prototype === null) return false;
  return Reflect.ownKeys(prototype).some((key) => key !== 'constructor');
}

function skip(...args: unknown[]): void {
  const call = readDecoratorCall(args);
  if (call.form === 'tc39' && call.context.kind === 'method') {
    const { metadata, static: isStatic, name = '' } = call.context;
    const place = placeOf(metadata, name, isStatic === true);
    leaveOut(call.value as object, place);
    // Private methods, which no class decorator sees, are left out anyway.
    if (!String(name).startsWith('#')) expectClass(call.value as object, place);
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
  leaveOut(value, placeOf(call.holder, call.key, false));
}
