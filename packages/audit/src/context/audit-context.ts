import { AsyncLocalStorage } from 'node:async_hooks';
import { describeValue, InstrumentError, type Problem, unknownKeys } from '@org/instrument-core';
import type { AuditContext } from '../encode/encoder.ts';

const KEYS: readonly (keyof AuditContext)[] = ['actor', 'tenant', 'requestId', 'reason'];

// Made at the first use: while a process has none, Node.js 20 runs every `await` several times faster.
let storage: AsyncLocalStorage<AuditContext | undefined> | undefined;

/** What `audit.with` has said for the running asynchronous context; `undefined` outside of any. */
export function currentAuditContext(): AuditContext | undefined {
  return storage?.getStore();
}

/**
 * Runs `fn`, and everything that it awaits, in a context: that of the caller with what `context` says over it. A field
 * that is `undefined` leaves the caller's as it is.
 *
 * @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT` for a context that is no object or has unknown fields, and for
 * what is no function.
 */
export function withAuditContext<T>(context: AuditContext, fn: () => T): T {
  checkCall(context, fn);
  return runInAuditContext(merged(currentAuditContext(), context), fn);
}

/** Runs `fn` in exactly this context, such as one that was captured when an operation began. */
export function runInAuditContext<T>(context: AuditContext | undefined, fn: () => T): T {
  if (storage === undefined) {
    if (context === undefined) return fn();
    storage = new AsyncLocalStorage();
  }
  return storage.getStore() === context ? fn() : storage.run(context, fn);
}

function merged(outer: AuditContext | undefined, inner: AuditContext): AuditContext {
  const context: { -readonly [Key in keyof AuditContext]: AuditContext[Key] } = { ...outer };
  if (inner.actor !== undefined) context.actor = inner.actor;
  if (inner.tenant !== undefined) context.tenant = inner.tenant;
  if (inner.requestId !== undefined) context.requestId = inner.requestId;
  if (inner.reason !== undefined) context.reason = inner.reason;
  return Object.freeze(context);
}

function checkCall(context: unknown, fn: unknown): void {
  const problems: Problem[] = [];
  if (typeof context !== 'object' || context === null) {
    problems.push({ path: 'context', found: describeValue(context), expected: 'an object' });
  } else problems.push(...unknownKeys(context, KEYS, 'context.'));
  if (typeof fn !== 'function') {
    problems.push({ path: 'fn', found: describeValue(fn), expected: 'a function' });
  }
  if (problems.length === 0) return;
  throw new InstrumentError(
    'INSTRUMENT_INVALID_ARGUMENT',
    'audit.with takes a context and a function',
    problems,
  );
}
