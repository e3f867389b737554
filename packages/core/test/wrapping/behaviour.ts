import fc from 'fast-check';
import { expect } from 'vitest';

/** What a generated function does when it is called. */
export interface Behaviour {
  readonly kind: 'sync' | 'async' | 'thenable' | 'generator' | 'async generator';
  readonly value: unknown;
  readonly throws: boolean;
  readonly items: readonly unknown[];
  readonly takes: number;
}

/** Functions of every kind that a wrapper knows. */
export const behaviours: fc.Arbitrary<Behaviour> = fc
  .record<Behaviour>({
    kind: fc.constantFrom('sync', 'async', 'thenable', 'generator', 'async generator'),
    value: fc.anything({ withBigInt: true, withMap: true, withSet: true, withNullPrototype: true }),
    throws: fc.boolean(),
    items: fc.array(fc.anything(), { maxLength: 5 }),
    takes: fc.integer({ min: 0, max: 6 }),
  })
  // A value that is itself a thenable would be followed by `await`, at another time in each form.
  .filter(({ value }) => typeof (value as { then?: unknown } | null | undefined)?.then !== 'function');

/** The function that does so. */
export function implement(behaviour: Behaviour): (this: unknown, ...args: unknown[]) => unknown {
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

/** A wrapped function shows its caller what the function itself does. */
export async function expectSameBehaviour(
  wrapped: (...args: unknown[]) => unknown,
  fn: (...args: unknown[]) => unknown,
  behaviour: Behaviour,
): Promise<void> {
  expect([wrapped.name, wrapped.length]).toEqual([fn.name, fn.length]);
  expect(await observe(wrapped, behaviour)).toEqual(await observe(fn, behaviour));
}
