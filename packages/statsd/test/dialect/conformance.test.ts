import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDialect, DIALECT_NAMES } from '../../src/dialect/create-dialect.ts';
import type { Dialect, Tag } from '../../src/dialect/dialect.ts';
import { PROTOCOL_VERSIONS } from '../../src/dialect/dogstatsd.ts';
import { tagsOf } from '../../src/encode/tags-of.ts';
import { parseAsCollector } from '../oracle/collector-grammar.ts';
import { parseAsStatsdExporter } from '../oracle/statsd-exporter-grammar.ts';
import { hostileAttributes, hostileText } from '../support/hostile.ts';

const dialects: [string, Dialect][] = [
  ...DIALECT_NAMES.map((name): [string, Dialect] => [
    name,
    createDialect(name, { version: '1.0', containerId: undefined }),
  ]),
  ...PROTOCOL_VERSIONS.map((version): [string, Dialect] => [
    `dogstatsd ${version}`,
    createDialect('dogstatsd', { version, containerId: 'c\n|#1' }),
  ]),
];

const safeName = fc.stringMatching(/^[a-z][a-zA-Z0-9_.]{0,20}$/);
const safeWord = fc.stringMatching(/^[a-z][a-zA-Z0-9_]{0,10}$/);

function line(dialect: Dialect, name: string, tags: readonly Tag[]): string {
  return `${dialect.head(name, tags)}:7|c${dialect.tail(tags)}`;
}

/** What every dialect has to do, and every new one. */
describe.each(dialects)('dialect %s', (_, dialect) => {
  it('leaves what is safe as it is', () => {
    fc.assert(
      fc.property(safeName, fc.dictionary(safeWord, safeWord, { maxKeys: 4 }), (name, attributes) => {
        const tags = tagsOf(attributes, []);
        const [sample] = parseAsStatsdExporter(line(dialect, name, tags));
        if (dialect.name === 'plain') {
          expect(sample?.name).toBe([name, ...tags.flatMap(({ key, value }) => [key, value])].join('.'));
          return;
        }
        const { container_id: _id, ...own } = sample?.tags ?? {};
        expect([sample?.name, own]).toEqual([name, { ...attributes }]);
      }),
    );
  });

  it('is one line, one name and one value to statsd_exporter, whatever is in names and tags', () => {
    fc.assert(
      fc.property(hostileText, hostileAttributes, (name, attributes) => {
        const tags = tagsOf(attributes, []);
        const written = line(dialect, name, tags);
        expect(written).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
        const samples = parseAsStatsdExporter(written);
        expect(samples).toHaveLength(1);
        expect(samples[0]).toMatchObject({ type: 'c', value: 7, times: 1 });
        if (dialect.name !== 'plain') {
          const keys = new Set(
            tags.map(({ key }) => key.replace(/[^A-Za-z0-9_.\-/]/gu, '_').replace(/^[_.\-/]{2,}/, '_')),
          );
          const { container_id: _id, ...own } = samples[0]?.tags ?? {};
          expect(new Set(Object.keys(own))).toEqual(keys);
        }
        expect(samples[0]?.name).toMatch(/^[A-Za-z0-9_.-]+$/);
      }),
      { numRuns: 500 },
    );
  });

  it('is one line, one name and one value to the collector, whatever is in names and tags', () => {
    fc.assert(
      fc.property(hostileText, hostileAttributes, (name, attributes) => {
        const sample = parseAsCollector(line(dialect, name, tagsOf(attributes, [])));
        expect(sample).toMatchObject({ type: 'c', value: 7, times: 1 });
      }),
      { numRuns: 500 },
    );
  });

  it('keeps series apart that differ in what is safe', () => {
    const one = line(dialect, 'orders', tagsOf({ plan: 'pro' }, []));
    const other = line(dialect, 'orders', tagsOf({ plan: 'free' }, []));
    expect(one).not.toBe(other);
  });

  it('has times only where its protocol has them', () => {
    const stamp = dialect.timestamp(1_700_000_000.9);
    expect(['', '|T1700000000']).toContain(stamp);
    expect(parseAsCollector(`${line(dialect, 'orders', [])}${stamp}`)).toMatchObject({ value: 7 });
  });
});

describe('dialects', () => {
  it.each([
    ['dogstatsd', 'orders:7|c|#plan:pro,zone:a b'.replace(' ', '_')],
    ['plain', 'orders.plan.pro.zone.a_b:7|c'],
    ['influx', 'orders,plan=pro,zone=a_b:7|c'],
    ['librato', 'orders#plan=pro,zone=a_b:7|c'],
    ['signalfx', 'orders[plan=pro,zone=a_b]:7|c'],
  ] as const)('%s: %s', (name, expected) => {
    const dialect = createDialect(name, { version: '1.0', containerId: undefined });
    expect(line(dialect, 'orders', tagsOf({ zone: 'a b', plan: 'pro' }, []))).toBe(expected);
  });

  it('joins the values of tags whose keys become the same', () => {
    const dialect = createDialect('influx', { version: '1.0', containerId: undefined });
    expect(line(dialect, 'orders', tagsOf({ 'a b': '1', 'a:b': '2' }, []))).toBe('orders,a_b=1_2:7|c');
  });

  it('never begins a DogStatsD line as an event or a service check begins', () => {
    const dialect = createDialect('dogstatsd', { version: '1.0', containerId: undefined });
    expect(dialect.head('_sc.orders', [])).toBe('sc.orders');
    expect(dialect.head('_e{5,4}', [])).toBe('e_5_4_');
  });
});
