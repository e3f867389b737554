import type { Attributes } from '@opentelemetry/api';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { allAttributes, createIndex } from './recording-owner.ts';

const primitive = fc.oneof(
  fc.constantFrom<unknown>('', '1', 1, 0, -0, true, false, Number.NaN, Number.POSITIVE_INFINITY, 'null'),
  fc.string({ maxLength: 3 }),
  fc.double(),
);
const absent = fc.constantFrom<unknown>(undefined, null);
const invalid = fc.constantFrom<unknown>({}, [{}], [['nested']], 1n, Symbol('s'), () => 1);
const value = fc.oneof(
  { weight: 12, arbitrary: primitive },
  { weight: 4, arbitrary: fc.array(fc.oneof({ weight: 4, arbitrary: primitive }, absent), { maxLength: 3 }) },
  { weight: 1, arbitrary: absent },
  { weight: 1, arbitrary: invalid },
);
const key = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('a', 'b', 'c', '0', '10', '__proto__', 'constructor', '') },
  { weight: 1, arbitrary: fc.string({ maxLength: 2, unit: 'binary' }) },
);
const attributes = fc
  .tuple(fc.uniqueArray(fc.tuple(key, value), { selector: ([k]) => k, maxLength: 5 }), fc.boolean())
  .map(([entries, bare]) => {
    const object = Object.fromEntries(entries);
    return (bare ? Object.setPrototypeOf(object, null) : object) as Attributes;
  });

/** Text of a value that equal values share, or `undefined` for what is no attribute value. */
function canonicalValue(v: unknown): string | undefined {
  if (typeof v === 'string') return JSON.stringify(v);
  if (typeof v === 'number') return v === 0 ? '0' : String(v);
  if (typeof v === 'boolean') return String(v);
  if (!Array.isArray(v)) return undefined;
  const elements = v.map((element) =>
    element == null ? 'null' : Array.isArray(element) ? undefined : canonicalValue(element),
  );
  return elements.includes(undefined) ? undefined : `[${elements.join()}]`;
}

/** The model: attributes as sorted text. */
function canonical(object: Attributes, keeps: (k: string) => boolean): string {
  const entries = Object.keys(object)
    .filter(keeps)
    .map((k) => [JSON.stringify(k), canonicalValue(object[k])] as const)
    .filter(([, text]) => text !== undefined)
    .map((entry) => entry.join(':'));
  return entries.sort().join();
}

const OVERFLOW = canonical({ 'otel.metric.overflow': true }, () => true);
const filter = fc.option(fc.subarray(['a', 'b', '__proto__', '10', '']), { nil: undefined });

test('a series index numbers attributes as a map from their sorted text does', () => {
  fc.assert(
    fc.property(
      fc.array(attributes, { maxLength: 60 }),
      fc.oneof(fc.constant(1_000), fc.integer({ min: 1, max: 8 })),
      filter,
      (objects, limit, allowed) => {
        const keeps = (k: string): boolean => allowed === undefined || allowed.includes(k);
        const { index, counts } = createIndex(limit, allowed === undefined ? undefined : keeps);
        const model = new Map<string, number>();
        let overflows = 0;
        for (const object of objects) {
          let text = canonical(object, keeps);
          if (!model.has(text) && model.size - (model.has(OVERFLOW) ? 1 : 0) >= limit - 1) {
            text = OVERFLOW;
            overflows++;
          }
          if (!model.has(text)) model.set(text, model.size);
          expect(index.resolve(object)).toBe(model.get(text));
        }
        expect(counts.overflowed).toBe(overflows);
        expect(allAttributes(index).map((own) => canonical(own, () => true))).toEqual([...model.keys()]);
      },
    ),
    { numRuns: 3_000 },
  );
});
