import { AsyncLocalStorage } from 'node:async_hooks';
import diagnosticsChannel from 'node:diagnostics_channel';
import { type Context, type ContextManager, context, ROOT_CONTEXT } from '@opentelemetry/api';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { post } from '../../src/http/post.ts';
import { serve } from './servers.ts';

/** Where instrumentations of fetch make their spans. */
const CREATED = 'undici:request:create';
const SUPPRESS_TRACING = Symbol.for('OpenTelemetry SDK Context Key SUPPRESS_TRACING');
const OWN = Symbol('what the caller has in its context');

const storage = new AsyncLocalStorage<Context>();
const manager: ContextManager = {
  active: () => storage.getStore() ?? ROOT_CONTEXT,
  with: (active, run, thisArg, ...args) => storage.run(active, () => run.call(thisArg as never, ...args)),
  bind: (active, target) =>
    typeof target === 'function' ? (storage.run(active, () => target) as typeof target) : target,
  enable: () => manager,
  disable: () => manager,
};

beforeEach(() => void context.setGlobalContextManager(manager));
afterEach(() => context.disable());

test('requests are made where tracing is suppressed, and the caller keeps its context', async () => {
  const seen: Context[] = [];
  const see = (): void => void seen.push(context.active());
  diagnosticsChannel.subscribe(CREATED, see);
  try {
    const url = await serve((_, response) => response.end());
    const own = ROOT_CONTEXT.setValue(OWN, 'here');
    await context.with(own, async () => {
      await post({ receiver: 'It', url, body: '{}', signal: new AbortController().signal });
      expect(context.active().getValue(OWN)).toBe('here');
    });
  } finally {
    diagnosticsChannel.unsubscribe(CREATED, see);
  }
  expect(seen).toHaveLength(1);
  expect(seen[0]?.getValue(SUPPRESS_TRACING)).toBe(true);
  // A span of the caller's must not be its parent either.
  expect(seen[0]?.getValue(OWN)).toBeUndefined();
});
