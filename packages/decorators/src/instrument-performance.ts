import {
  type AnyFunction,
  type DecoratorCall,
  DRAFT_DIALECT,
  readDecoratorCall,
  type Untyped,
  type UntypedFunction,
} from '@org/instrument-core';
import { leaveOut, placeOf } from './left-out.ts';
import { wrapDescriptor, wrapUnplaced } from './member.ts';
import type { Member } from './names.ts';
import type { InstrumentOptions } from './options.ts';
import { misuse, type Settings, settingsOf } from './validate-options.ts';
import type { Target } from './wrap.ts';

// Untyped, because the context of a method that declares its `this` is none of a method of unknown `this`.
type MethodContext =
  | ClassMethodDecoratorContext<Untyped, Untyped>
  | ClassGetterDecoratorContext
  | ClassSetterDecoratorContext;

/**
 * A decorator for methods, getters, setters and accessors, in both dialects of TypeScript. `F` is what the decorated
 * function must be, where its options name it.
 */
export interface MemberDecorator<F extends AnyFunction = UntypedFunction> {
  <M extends F>(method: M, context: MethodContext): M;
  // Of an overloaded method TypeScript shows a decorator the implementation.
  <M extends AnyFunction>(method: F extends M ? M : F, context: MethodContext): M;
  <This, Value>(
    accessor: ClassAccessorDecoratorTarget<This, Value>,
    context: ClassAccessorDecoratorContext<This, Value>,
  ): ClassAccessorDecoratorResult<This, Value>;
  // The value is a method, or what a getter returns or a setter takes. Returns a descriptor. TypeScript calls this for an
  // `accessor` too, for which it takes nothing but `any` or `void`.
  <Value extends F | ReturnType<F> | Parameters<F>[0]>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<Value>,
  ): Untyped;
}

/** The type of {@link instrumentPerformance}: a decorator, and a factory of decorators. */
export interface InstrumentPerformance extends MemberDecorator {
  (name?: string): MemberDecorator;
  <F extends AnyFunction = UntypedFunction>(options: InstrumentOptions<F>): MemberDecorator<F>;
  <F extends AnyFunction = UntypedFunction>(name: string, options: InstrumentOptions<F>): MemberDecorator<F>;
}

/**
 * Instruments a method, static or private too, a getter, a setter or an `accessor`: bare, with a name, or with
 * {@link InstrumentOptions}; as a TC39 decorator and under `experimentalDecorators`. See `instrumentFunction` for what
 * is kept and how results are followed.
 *
 * By default the operation is `Class.method`, of the class that declares the method, whichever subclass it is called
 * on. TC39 decorators do not know their class: it is looked up at the first call.
 *
 * @throws InstrumentError `INSTRUMENT_DECORATOR_MISUSE` at decoration, with all problems of the options; and on what
 * is no method: fields, classes, parameters.
 *
 * @example
 * class Orders {
 *   @instrumentPerformance('orders.place')
 *   async place(order: Order) { … }
 * }
 */
export const instrumentPerformance: InstrumentPerformance = ((...args: unknown[]): unknown => {
  const call = readDecoratorCall(args);
  if (call.form !== 'factory')
    return decorate(call, settingsOf(undefined, undefined, '@instrumentPerformance'));
  const settings = settingsOf(call.given, call.more, '@instrumentPerformance');
  return (...inner: unknown[]): unknown => decorate(readDecoratorCall(inner), settings);
}) as InstrumentPerformance;

function decorate(call: DecoratorCall, settings: Settings): unknown {
  if (call.form === 'legacy') return decorateLegacy(call, settings);
  if (call.form === 'tc39') return decorateTc39(call, settings);
  if (call.form === 'draft') throw misplaced(DRAFT_DIALECT.found, DRAFT_DIALECT.fix);
  throw misplaced('a class', 'Use @instrumented for a class.');
}

function decorateTc39(call: DecoratorCall & { form: 'tc39' }, settings: Settings): unknown {
  const { value, context } = call;
  const instrument = (fn: unknown, kind: Member['kind']): Target => {
    const { name: key = '', private: isPrivate = false, metadata } = context;
    return wrapUnplaced(fn as Target, settings, { key, kind, isPrivate, metadata });
  };
  switch (context.kind) {
    case 'method': {
      const wrapper = instrument(value, 'method');
      leaveOut(wrapper, placeOf(context.metadata, context.name ?? '', context.static === true));
      return wrapper;
    }
    case 'getter':
      return instrument(value, 'get');
    case 'setter':
      return instrument(value, 'set');
    case 'accessor': {
      const { get, set } = value as { get: unknown; set: unknown };
      return { get: instrument(get, 'get'), set: instrument(set, 'set') };
    }
    case 'class':
      throw misplaced('a class', 'Use @instrumented for a class.');
    default:
      throw misplaced(
        `the field ${String(context.name)}`,
        'Make it a method, or wrap its value with instrumentFunction.',
      );
  }
}

function decorateLegacy(call: DecoratorCall & { form: 'legacy' }, settings: Settings): unknown {
  const { holder, key, descriptor } = call;
  if (typeof descriptor === 'number') throw misplaced(`parameter ${descriptor} of ${String(key)}`);
  const member = descriptor as PropertyDescriptor | undefined;
  const isMember =
    member !== undefined && (typeof member.value === 'function' || 'get' in member || 'set' in member);
  if (!isMember) {
    throw misplaced(
      `the field ${String(key)}`,
      'Make it a method, or wrap its value with instrumentFunction.',
    );
  }
  const wrapped = wrapDescriptor(member, settings, key, holder);
  if (typeof wrapped.value === 'function') leaveOut(wrapped.value, placeOf(holder, key, false));
  return wrapped;
}

function misplaced(found: string, fix?: string): Error {
  const expected = 'a method, getter, setter or accessor';
  return misuse('@instrumentPerformance stands where it cannot work', [
    { path: '@instrumentPerformance', found, expected, ...(fix === undefined ? {} : { fix }) },
  ]);
}
