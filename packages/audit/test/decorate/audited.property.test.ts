import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createAudit } from '../../src/create-audit.ts';
import { audited } from '../../src/decorate/audited.ts';
import type { AuditedOptions } from '../../src/decorate/audited-options.ts';
import { InMemoryAudit } from './in-memory-audit.ts';

/** What a generated function does when it is called. */
interface Behaviour {
  readonly kind: 'sync' | 'async' | 'thenable' | 'generator' | 'async generator';
  readonly value: unknown;
  readonly throws: boolean;
  readonly items: readonly unknown[];
  readonly takes: number;
}

const behaviours: fc.Arbitrary<Behaviour> = fc.record({
  kind: fc.constantFrom('sync', 'async', 'thenable', 'generator', 'async generator'),
  value: fc.anything({ withBigInt: true, withMap: true, withSet: true, withNullPrototype: true }),
  throws: fc.boolean(),
  items: fc.array(fc.anything(), { maxLength: 5 }),
  takes: fc.integer({ min: 0, max: 6 }),
});

const optionsOf: fc.Arbitrary<AuditedOptions> = fc.record({
  durability: fc.constantFrom('written', 'queued'),
  actor: fc.constantFrom<AuditedOptions['actor']>(undefined, 'user:1', () => fail()),
  attributes: fc.oneof(
    fc.constant(undefined),
    // Whatever a callback gives, and whatever is in it.
    fc.anything({ withBigInt: true, withMap: true, withSet: true }).map((value) => () => value as never),
    fc.anything({ withDate: true }).map((value) => () => ({ value })),
  ),
  after: fc.constantFrom<AuditedOptions['after']>(
    undefined,
    ({ result }) => ({ attributes: { result } }),
    () => ({ attributes: { trap: fail } }),
    () => fail(),
  ),
  classify: fc.constantFrom<AuditedOptions['classify']>(
    undefined,
    () => 'denied',
    () => fail(),
  ),
});

function fail(): never {
  throw new Error('callback');
}

function implement(behaviour: Behaviour): (this: unknown, ...args: unknown[]) => unknown {
  const { kind, value, throws, items } = behaviour;
  const finish = (): unknown => {
    if (throws) throw value;
    return value;
  };
  switch (kind) {
    case 'sync':
      return finish;
    case 'async':
      return async () => finish();
    case 'thenable':
      return () => {
        return {
          // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tested
          then: (ok?: (v: unknown) => void, no?: (e: unknown) => void) => (throws ? no : ok)?.(value),
        };
      };
    case 'generator':
      return function* () {
        yield* items;
        return finish();
      };
    case 'async generator':
      return async function* () {
        for (const item of items) yield { item };
        return finish();
      };
  }
}

/** Everything that a caller can see of a call. */
async function observe(fn: (...args: unknown[]) => unknown, behaviour: Behaviour): Promise<unknown[]> {
  const seen: unknown[] = [];
  try {
    const result = fn(1, 'two');
    seen.push(typeof result, Object.prototype.toString.call(result));
    if (behaviour.kind === 'sync') seen.push(result);
    else if (behaviour.kind.endsWith('generator')) {
      const steps = result as Generator | AsyncGenerator;
      for (let i = 0; i < behaviour.takes; i++) seen.push(await steps.next(i));
      seen.push(await steps.return('early'));
      seen.push(await steps.next());
    } else seen.push(await result);
  } catch (error) {
    seen.push('thrown', error);
  }
  return seen;
}

test('an audited function behaves as the function itself, and every call of it is on record once', async () => {
  await fc.assert(
    fc.asyncProperty(behaviours, optionsOf, async (behaviour, options) => {
      // A value that is itself a thenable would be followed by `await`, at another time in each form.
      fc.pre(typeof (behaviour.value as { then?: unknown } | null | undefined)?.then !== 'function');
      const audit = new InMemoryAudit();
      const fn = implement(behaviour);
      const wrapped = audited('any.thing', fn, { ...options, audit });
      expect([wrapped.name, wrapped.length]).toEqual([fn.name, fn.length]);
      expect(await observe(wrapped, behaviour)).toEqual(await observe(fn, behaviour));
      const phases = audit.entries.map((entry) => entry.phase);
      expect(phases).toEqual(options.durability === 'queued' ? [undefined] : ['started', 'ended']);
      expect(audit.entries.at(-1)?.outcome).toBeDefined();
    }),
    { numRuns: 400 },
  );
});

test('whatever callbacks give, a journal takes every call, and stays what can be verified', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'audit-'));
  const audit = createAudit({ directory });
  try {
    await fc.assert(
      fc.asyncProperty(behaviours, optionsOf, async (behaviour, options) => {
        fc.pre(typeof (behaviour.value as { then?: unknown } | null | undefined)?.then !== 'function');
        const fn = implement(behaviour);
        const before = audit.status().size;
        const seen = await observe(audited('any.thing', fn, { ...options, audit }), behaviour);
        expect(seen).toEqual(await observe(fn, behaviour));
        expect(audit.status().size - before).toBe(options.durability === 'queued' ? 1 : 2);
      }),
      { numRuns: 200 },
    );
    expect(await audit.verify()).toMatchObject({ ok: true, failures: [], entries: audit.status().size });
  } finally {
    await audit.close();
    rmSync(directory, { recursive: true, force: true });
  }
});

test('a durable one gives what the function gives', async () => {
  await fc.assert(
    fc.asyncProperty(behaviours, optionsOf, async (behaviour, options) => {
      fc.pre(typeof (behaviour.value as { then?: unknown } | null | undefined)?.then !== 'function');
      const asynchronous: Behaviour = { ...behaviour, kind: 'async' };
      const audit = new InMemoryAudit();
      const fn = implement(asynchronous);
      const wrapped = audited('any.thing', fn, { ...options, durability: 'durable', audit });
      expect(await observe(wrapped, asynchronous)).toEqual(await observe(fn, asynchronous));
      expect(audit.entries.map((entry) => entry.phase)).toEqual(['started', 'ended']);
    }),
    { numRuns: 100 },
  );
});
