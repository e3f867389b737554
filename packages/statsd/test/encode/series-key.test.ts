import type { Attributes } from '@opentelemetry/api';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { counter, linesOf, metricsOf } from '../support/encode.ts';
import { hostileText } from '../support/hostile.ts';

/** What the specification does not allow, and another engine may give. */
const foreign = (attributes: object): Attributes => attributes as Attributes;

/** The lines of series in one export, and of each in an export of its own. */
function linesBoth(all: readonly Attributes[]): { together: string[]; alone: string[] } {
  const points = all.map((attributes, i) => ({ value: i + 1, attributes }));
  return {
    together: linesOf(metricsOf([counter('open', ...points)])),
    alone: points.flatMap((point) => linesOf(metricsOf([counter('open', point)]))),
  };
}

describe('series', () => {
  it.each<[string, Attributes, Attributes]>([
    ['a value with what could part it from the next', { a: 'x', b: 'y' }, { a: 'x\u0000b\u0000y' }],
    ['a name with it', { a: '1', b: '2' }, { 'a\u00001\u0000b': '2' }],
    ['lists and a list of what could part their values', { a: ['x', 'y'] }, { a: ['x\u0002stringy'] }],
    ['objects', foreign({ filter: { a: 1 } }), foreign({ filter: { a: 2 } })],
    ['lists of objects', foreign({ filter: [{ a: 1 }] }), foreign({ filter: [{ a: 2 }] })],
  ])('have their own tags: %s', (_name, one, other) => {
    const { together, alone } = linesBoth([one, other]);
    expect(together).toEqual(alone);
  });

  it('have their own tags, whatever is in them', () => {
    const value = fc.oneof(hostileText, fc.double(), fc.boolean(), fc.array(hostileText, { maxLength: 3 }));
    const attributes = fc.dictionary(hostileText, value, { maxKeys: 4 });
    fc.assert(
      fc.property(fc.array(attributes, { maxLength: 8 }), (all) => {
        const { together, alone } = linesBoth(all);
        expect(together).toEqual(alone);
      }),
      { numRuns: 300 },
    );
  });

  it('with a value that has no text are sent without it, and the others as they are', () => {
    const cycle: unknown[] = [];
    cycle.push(cycle);
    const all = [
      foreign({ query: Object.assign(Object.create(null), { page: '2' }) }),
      foreign({ query: [Object.create(null)] }),
      foreign({ query: cycle, ok: 'yes' }),
      { ok: 'yes' },
    ];
    expect(linesBoth(all).together).toEqual([
      'open:1|c|#query:{"page":"2"}',
      'open:2|c|#query:{}',
      'open:3|c|#ok:yes',
      'open:4|c|#ok:yes',
    ]);
  });
});
