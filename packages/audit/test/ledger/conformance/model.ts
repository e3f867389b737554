import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Claim, Ledger } from '../../../src/ledger/index.ts';
import type { CurrentBed } from '../bed.ts';
import { MemoryLedger, type ModelClaim } from './memory-ledger.ts';

const KEYS = ['a', 'b', 'c'] as const;
const MAX_ATTEMPTS = 3;
const RETRY_DELAY_MILLIS = 20_000;
const RUNS = 40;

type Step =
  | { readonly do: 'begin'; readonly on: number; readonly key: string; readonly lease: number }
  | { readonly do: 'complete' | 'release' | 'renew'; readonly claim: number }
  | { readonly do: 'fail'; readonly claim: number; readonly retry: number | null | undefined }
  | { readonly do: 'pass'; readonly millis: number }
  | { readonly do: 'reset'; readonly key: string }
  | { readonly do: 'prune'; readonly state: 'completed' | 'dead'; readonly age: number }
  | { readonly do: 'restart'; readonly on: number };

// Steps of time are whole multiples of ten seconds, so that the time that the test itself takes changes nothing.
const on = fc.nat({ max: 1 });
const key = fc.constantFrom(...KEYS);
const claim = fc.nat({ max: 30 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('begin'), on, key, lease: fc.constantFrom(30_000, 60_000) }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('complete', 'release', 'renew'), claim }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('fail'),
      claim,
      retry: fc.constantFrom(undefined, null, 0, 70_000),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('pass'), millis: fc.constantFrom(10_000, 30_000, 80_000) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reset'), key }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('prune'),
      state: fc.constantFrom('completed', 'dead'),
      age: fc.constantFrom(0, 50_000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart'), on }) },
) as fc.Arbitrary<Step>;

/** Programs by chance, beside a ledger that is a few lines over a `Map`. */
export function describeModel({ current }: CurrentBed): void {
  describe('any program', () => {
    it('has the same results as on a model', { timeout: 120_000 }, async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
          await current().clear();
          await run(steps);
        }),
        { numRuns: RUNS },
      );
    });

    async function run(steps: readonly Step[]): Promise<void> {
      const settings = { heartbeat: false, maxAttempts: MAX_ATTEMPTS, retryDelay: RETRY_DELAY_MILLIS };
      const ledgers = [await current().open(settings), await current().open(settings)];
      const model = new MemoryLedger(MAX_ATTEMPTS, RETRY_DELAY_MILLIS);
      const claims: { real: Claim; model: ModelClaim; by: Ledger; on: number }[] = [];
      let lastToken = 0;
      const settle = (promise: Promise<unknown>): Promise<boolean> =>
        promise.then(
          () => true,
          (error: { code?: string }) => {
            expect(error.code).toBe('INSTRUMENT_AUDIT_REFUSED');
            return false;
          },
        );
      for (const step of steps) {
        if (step.do === 'begin') {
          const ledger = ledgers[step.on] as Ledger;
          const begun = await ledger.begin(step.key, { leaseDuration: step.lease });
          const expected = model.begin(step.key, step.lease);
          expect(begun.status).toBe(expected.status);
          if (begun.status !== 'claimed' || expected.claim === undefined) continue;
          expect(begun.claim.attempt).toBe(expected.claim.attempt);
          expect(begun.claim.token).toBeGreaterThan(lastToken);
          lastToken = begun.claim.token;
          claims.push({ real: begun.claim, model: expected.claim, by: ledger, on: step.on });
        } else if ('claim' in step) {
          const held = claims[step.claim % Math.max(1, claims.length)];
          if (held === undefined) continue;
          const ledger = ledgers[held.on] as Ledger;
          if (step.do === 'complete')
            expect(await settle(ledger.complete(held.real))).toBe(model.complete(held.model));
          else if (step.do === 'release')
            expect(await settle(ledger.release(held.real))).toBe(model.release(held.model));
          else if (step.do === 'renew') {
            // It is the ledger that gave the claim which renews it, while it is open.
            if (held.by !== ledger) continue;
            expect(await settle(held.real.renew())).toBe(model.renew(held.model));
          } else if (step.do === 'fail') {
            const options =
              step.retry === null ? { retryable: false } : { retryAfter: step.retry ?? undefined };
            const failed = ledger.fail(held.real, new Error('no'), options);
            expect(await settle(failed)).toBe(model.fail(held.model, step.retry));
          }
        } else if (step.do === 'pass') {
          await current().pass(step.millis);
          model.now += step.millis;
        } else if (step.do === 'reset') {
          expect(await (ledgers[0] as Ledger).reset(step.key)).toBe(model.reset(step.key));
        } else if (step.do === 'prune') {
          const { state, age: olderThan } = step;
          expect(await (ledgers[1] as Ledger).prune({ state, olderThan })).toBe(
            model.prune(state, olderThan),
          );
        } else {
          await ledgers[step.on]?.close();
          ledgers[step.on] = await current().open(settings);
        }
        await compare(ledgers[0] as Ledger, model);
      }
      await Promise.all(ledgers.map((ledger) => ledger.close()));
    }

    async function compare(ledger: Ledger, model: MemoryLedger): Promise<void> {
      const { entries } = await ledger.list();
      const known = entries.map(({ key, state, attempts }) => ({ key, state, attempts }));
      const byKey = (a: { key: string }, b: { key: string }) => (a.key < b.key ? -1 : 1);
      expect(known.sort(byKey)).toEqual(model.entries().sort(byKey));
      for (const key of KEYS) expect(await ledger.seen(key)).toBe(model.seen(key));
      const { retryable, ...states } = await ledger.stats();
      expect(retryable).toBe(model.retryable().length);
      expect(Object.values(states).reduce((a, b) => a + b)).toBe(entries.length);
    }
  });
}
