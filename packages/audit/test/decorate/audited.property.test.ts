import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Behaviour,
  behaviours,
  expectSameBehaviour,
  implement,
} from '../../../core/test/wrapping/behaviour.ts';
import { createAudit } from '../../src/create-audit.ts';
import { audited } from '../../src/decorate/audited.ts';
import type { AuditedOptions } from '../../src/decorate/audited-options.ts';
import { InMemoryAudit } from './in-memory-audit.ts';

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

test('an audited function behaves as the function itself, and every call of it is on record once', async () => {
  await fc.assert(
    fc.asyncProperty(behaviours, optionsOf, async (behaviour, options) => {
      const audit = new InMemoryAudit();
      const fn = implement(behaviour);
      const wrapped = audited('any.thing', fn, { ...options, audit });
      await expectSameBehaviour(wrapped, fn, behaviour);
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
        const fn = implement(behaviour);
        const before = audit.status().size;
        await expectSameBehaviour(audited('any.thing', fn, { ...options, audit }), fn, behaviour);
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
      const asynchronous: Behaviour = { ...behaviour, kind: 'async' };
      const audit = new InMemoryAudit();
      const fn = implement(asynchronous);
      const wrapped = audited('any.thing', fn, { ...options, durability: 'durable', audit });
      await expectSameBehaviour(wrapped, fn, asynchronous);
      expect(audit.entries.map((entry) => entry.phase)).toEqual(['started', 'ended']);
    }),
    { numRuns: 100 },
  );
});
