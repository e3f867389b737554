import {
  type AnyFunction,
  type DecoratorCall,
  DRAFT_DIALECT,
  isClass,
  type Problem,
  readDecoratorCall,
  type Untyped,
  type UntypedFunction,
} from '@org/instrument-core';
import type { AuditedOperation, AuditedOptions } from './audited-options.ts';
import { misuse, type Settings, settingsOf } from './settings.ts';
import { isAsync, type Target, wrap } from './wrap.ts';

/** A decorator for methods, in both dialects of TypeScript. */
export interface AuditedDecorator {
  // Untyped, because the context of a method that declares its `this` is none of a method of unknown `this`.
  <F extends AnyFunction>(method: F, context: ClassMethodDecoratorContext<Untyped, Untyped>): F;
  <F extends AnyFunction>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<F>,
  ): TypedPropertyDescriptor<F>;
}

/** The type of {@link audited}: a wrapper of functions, and a factory of decorators. */
export interface Audited {
  <F extends AnyFunction>(action: string, fn: F, options?: AuditedOptions<F>): F;
  <F extends AnyFunction>(fn: F, operation: AuditedOperation<F>): F;
  <F extends AnyFunction = UntypedFunction>(action: string, options?: AuditedOptions<F>): AuditedDecorator;
  <F extends AnyFunction = UntypedFunction>(operation: AuditedOperation<F>): AuditedDecorator;
}

/**
 * Puts every call of a method or function on record, whether it ends well, fails, or is cancelled; with what it was
 * done by, to and with. The function keeps its type, `this`, `name`, `length`, properties, result and errors; promises,
 * thenables, generators and streams are followed to their end. No fault of a callback among the options reaches the
 * caller: the entry is recorded without that part, and says so in its attribute `audit.fault`. When the journal has no
 * room and its `whenFull` is `fail` or `block`, the function is not run, and `INSTRUMENT_AUDIT_UNAVAILABLE` is its result.
 *
 * @throws {InstrumentError} `INSTRUMENT_DECORATOR_MISUSE` at decoration, with all problems: of the action and options,
 * on what is no method, for `durable` on what is no async function.
 *
 * @example
 * class Orders {
 *   @audited('orders.refund', {
 *     target: ([order]) => ({ type: 'order', id: order.id }),
 *     after: ({ result }) => ({ attributes: { refunded: result?.amount } }),
 *   })
 *   async refund(order: Order): Promise<Refund> { … }
 * }
 *
 * @example
 * const load = audited('orders.load', async (file: string) => parse(await readFile(file)), {
 *   inputs: ([file]) => [{ namespace: 'file', name: file }],
 * });
 */
export const audited: Audited = ((...args: unknown[]): unknown => {
  const call = readDecoratorCall(args);
  if (call.form !== 'factory') {
    throw misuse('audited needs to know what is done', [
      {
        path: 'action',
        found: 'nothing',
        expected: 'an action',
        fix: "Write @audited('orders.refund'), or audited('orders.refund', fn).",
      },
    ]);
  }
  const [first, second, third] = args;
  if (typeof first === 'string' && isFunction(second)) return wrapFunction(second, first, third);
  if (isFunction(first)) return wrapFunction(first, undefined, second);
  const settings = typeof first === 'string' ? checked(first, second) : checked(undefined, first ?? {});
  return (...inner: unknown[]): unknown => decorate(readDecoratorCall(inner), settings);
}) as Audited;

function wrapFunction(fn: Target, action: string | undefined, options: unknown): Target {
  const problems: Problem[] = [];
  const settings = settingsOf(action, options, problems);
  if (isClass(fn)) {
    const fix = 'Decorate its methods instead.';
    problems.push({ path: 'fn', found: 'a class', expected: 'a function', fix });
  } else problems.push(...durabilityProblems(fn, settings));
  if (problems.length > 0) throw misuse('The arguments of audited are wrong', problems);
  return wrap(fn, settings);
}

function checked(action: string | undefined, options: unknown): Settings {
  const problems: Problem[] = [];
  const settings = settingsOf(action, options, problems);
  if (problems.length > 0) throw misuse('The options of @audited are wrong', problems);
  return settings;
}

function decorate(call: DecoratorCall, settings: Settings): unknown {
  if (call.form === 'tc39') {
    const { value, context } = call;
    if (context.kind !== 'method') throw misplaced(`the ${context.kind} ${String(context.name)}`);
    return wrapMethod(value as Target, settings);
  }
  if (call.form === 'draft') throw misplaced(DRAFT_DIALECT.found, DRAFT_DIALECT.fix);
  if (call.form !== 'legacy') throw misplaced('a class');
  const { key, descriptor } = call;
  if (typeof descriptor === 'number') throw misplaced(`parameter ${descriptor} of ${String(key)}`);
  const member = descriptor as PropertyDescriptor | undefined;
  const method: unknown = member?.value;
  if (!isFunction(method)) {
    const isAccessor = member?.get !== undefined || member?.set !== undefined;
    throw misplaced(`the ${isAccessor ? 'accessor' : 'field'} ${String(key)}`);
  }
  return { ...member, value: wrapMethod(method, settings) };
}

function wrapMethod(method: Target, settings: Settings): Target {
  const problems = durabilityProblems(method, settings);
  if (problems.length > 0) throw misuse('The options of @audited are wrong', problems);
  return wrap(method, settings);
}

function durabilityProblems(fn: Target, settings: Settings): Problem[] {
  if (settings.durability !== 'durable' || isAsync(fn)) return [];
  return [
    {
      path: 'durability',
      found: `'durable' on ${fn.name === '' ? 'a function' : fn.name}, which is not async`,
      expected: 'an async function, which can wait for the disk',
      fix: "Declare the function async, or use 'written'.",
    },
  ];
}

function misplaced(
  found: string,
  fix = 'Make it a method, or wrap a function with audited(action, fn).',
): Error {
  return misuse('@audited stands where it cannot work', [
    { path: '@audited', found, expected: 'a method', fix },
  ]);
}

function isFunction(value: unknown): value is Target {
  return typeof value === 'function';
}
