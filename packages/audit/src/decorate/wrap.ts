import { follow, followStream, InstrumentError, keepShape, reportFault } from '@org/instrument-core';
import type { RecordedEntry } from '../operation/entry.ts';
import { isAuditDisabled, isJournalExpected, openingFailure } from '../process-audit.ts';
import { type AuditedCall, openCall } from './call.ts';
import type { Settings } from './settings.ts';
import type { Subject } from './verdict.ts';

/** A function as the wrapper sees it. */
export type Target = (this: unknown, ...args: unknown[]) => unknown;

const ASYNC_FUNCTION: object = Object.getPrototypeOf(async () => {});
const ASYNC_GENERATOR_FUNCTION: object = Object.getPrototypeOf(async function* () {});

/** Whether a function is known to return a promise before it was called. */
export function isAsync(fn: object): boolean {
  return Object.getPrototypeOf(fn) === ASYNC_FUNCTION;
}

/**
 * The audited form of `fn`. Where the process's audit is disabled a call costs a test or two. Called with `new`, `fn` is
 * constructed unobserved.
 */
export function wrap(fn: Target, settings: Settings): Target {
  const call = settings.durability === 'durable' ? callDurably : isAsync(fn) ? callAsync : callPlainly;
  const wrapper: Target = function (this: unknown, ...args: unknown[]): unknown {
    if (new.target !== undefined) {
      return Reflect.construct(fn, args, new.target === wrapper ? fn : new.target);
    }
    if (settings.audit === undefined && isAuditDisabled()) return Reflect.apply(fn, this, args);
    return call(fn, settings, { args, self: this });
  };
  keepShape(wrapper, fn);
  return wrapper;
}

/** What the journal has to say against the call is the result of it, in the way in which the function would say it. */
function callPlainly(fn: Target, settings: Settings, subject: Subject): unknown {
  let call: AuditedCall;
  try {
    call = openCall(settings, subject);
  } catch (unavailable) {
    if (Object.getPrototypeOf(fn) === ASYNC_GENERATOR_FUNCTION) return failingGenerator(fn, unavailable);
    throw unavailable;
  }
  return callOpened(fn, subject, call);
}

function callAsync(fn: Target, settings: Settings, subject: Subject): unknown {
  let call: AuditedCall;
  try {
    call = openCall(settings, subject);
  } catch (unavailable) {
    return Promise.reject(unavailable);
  }
  return callOpened(fn, subject, call);
}

/** Bookkeeping stands outside of the `try` of the user's code, so that a fault of the one is never taken for the other. */
function callOpened(fn: Target, subject: Subject, call: AuditedCall): unknown {
  let result: unknown;
  try {
    result = Reflect.apply(fn, subject.self, subject.args);
  } catch (error) {
    call.end({ kind: 'threw', error }, subject);
    throw error;
  }
  if (call.ended) return result;
  return follow(call, result, subject);
}

async function callDurably(fn: Target, settings: Settings, subject: Subject): Promise<unknown> {
  const failure = settings.audit === undefined ? openingFailure() : undefined;
  if (failure !== undefined) {
    throw new InstrumentError('INSTRUMENT_AUDIT_UNAVAILABLE', `Not put on record: ${failure}`);
  }
  const call = openCall(settings, subject);
  try {
    await untilDurable(settings, call.started);
  } catch (unavailable) {
    call.end({ kind: 'threw', error: unavailable }, subject);
    throw unavailable;
  }
  let result: unknown;
  try {
    result = await Reflect.apply(fn, subject.self, subject.args);
  } catch (error) {
    await ended(settings, call.end({ kind: 'threw', error }, subject));
    throw error;
  }
  const stream = followStream(call, result, subject);
  if (stream !== undefined) return stream;
  await ended(settings, call.end({ kind: 'returned', result }, subject));
  return result;
}

async function untilDurable(settings: Settings, entry: RecordedEntry | undefined): Promise<void> {
  // Nobody may ever install a journal, and a library must work all the same.
  if (settings.audit === undefined && !isJournalExpected()) return;
  try {
    await entry?.durable;
  } catch (unavailable) {
    if (settings.audit === undefined && isAuditDisabled()) return;
    throw unavailable;
  }
}

/** The operation is done, and the caller gets its result even when the disk does not take the end of it. */
async function ended(settings: Settings, entry: RecordedEntry | undefined): Promise<void> {
  try {
    await untilDurable(settings, entry);
  } catch (fault) {
    reportFault('audit', `bringing the end of ${settings.action} to disk`, fault);
  }
}

/** An async generator function never throws: what it returns does, at the first step. */
function failingGenerator(fn: Target, error: unknown): unknown {
  const generator = (async function* (): AsyncGenerator<never> {
    yield await Promise.reject(error);
  })();
  const { prototype } = fn as { prototype?: unknown };
  if (typeof prototype === 'object' && prototype !== null) Object.setPrototypeOf(generator, prototype);
  return generator;
}
