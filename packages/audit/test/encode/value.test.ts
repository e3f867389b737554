import { createHash } from 'node:crypto';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { createBed } from './encoding.ts';

const { attributes, changes, encode } = createBed();

describe('a value that JSON cannot say is made one that it can, and told:', () => {
  it('numbers that it does not have', () => {
    const given = { a: Number.NaN, b: Number.POSITIVE_INFINITY, c: -0, d: 12n, e: 2n ** 5_000n };
    expect(attributes(given)).toEqual({ a: 'NaN', b: 'Infinity', c: 0, d: '12', e: '[too large]' });
    expect(changes(given)).toEqual([
      'attributes.a: a number that JSON does not have was written as text',
      'attributes.b: a number that JSON does not have was written as text',
      'attributes.d: a BigInt was written as text',
      'attributes.e: a BigInt was written as text',
    ]);
  });

  it('functions and symbols are left out, and so is undefined, which is told in lists', () => {
    const given = { f: () => 1, s: Symbol('x'), u: undefined, list: [undefined, () => 1], [Symbol('k')]: 1 };
    expect(attributes(given)).toEqual({ list: [null, null] });
    expect(changes(given)).toEqual([
      'attributes.f: a function was left out',
      'attributes.list[0]: null stands for what JSON has no value for',
      'attributes.list[1]: a function was left out',
      'attributes.list[1]: null stands for what JSON has no value for',
      'attributes.s: a symbol was left out',
    ]);
  });

  it('dates', () => {
    const date = new Date(5);
    date.toISOString = () => 'forged';
    expect(attributes({ date })).toEqual({ date: '1970-01-01T00:00:00.005Z' });
    expect(changes({ date })).toEqual([]);
    expect(changes({ date: new Date(Number.NaN) })).toEqual([
      'attributes.date: null stands for an invalid date',
    ]);
  });

  it('cycles, but not what merely stands in two places', () => {
    const shared = { a: 1 };
    const cyclic: Record<string, unknown> = { shared, again: shared };
    cyclic.self = cyclic;
    cyclic.list = [cyclic];
    expect(attributes(cyclic)).toEqual({
      again: { a: 1 },
      list: ['[cycle]'],
      self: '[cycle]',
      shared: { a: 1 },
    });
    expect(changes(cyclic)).toEqual([
      'attributes.list[0]: a cycle was replaced',
      'attributes.self: a cycle was replaced',
    ]);
  });

  it('what is nested very deeply', () => {
    let deep: unknown = 'bottom';
    for (let i = 0; i < 100_000; i++) deep = [deep];
    const text = JSON.stringify(attributes({ deep }));
    expect(text).toContain('"[too deep]"');
    expect(changes({ deep })[0]).toContain('nested too deeply');
  });

  it('Maps and Sets', () => {
    const given = {
      map: new Map<unknown, unknown>([
        ['b', 1],
        [2, new Set(['x'])],
        [{}, 'lost'],
        ['__proto__', { polluted: true }],
      ]),
    };
    expect(encode({ action: 'a', attributes: given }).content.attributes).toEqual({
      map: { 2: ['x'], b: 1 },
    });
    expect(changes(given)).toEqual([
      'attributes.map: a Map was written as an object',
      'attributes.map: an entry of a Map whose key is no text was left out',
      'attributes.map.2: a Set was written as a list',
      'attributes.map.__proto__: a key that could change a prototype was left out',
    ]);
  });

  it('bytes, of which length and digest are kept', () => {
    const sha256 = createHash('sha256').update('hello').digest('hex');
    const bytes = Buffer.from('hello');
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    expect(attributes({ bytes, view, big: new ArrayBuffer(2 ** 21) })).toEqual({
      big: { bytes: 2 ** 21 },
      bytes: { bytes: 5, sha256 },
      view: { bytes: 5, sha256 },
    });
    expect(attributes({ list: new Float64Array([1.5, Number.NaN]), big: new BigInt64Array([1n]) })).toEqual({
      big: ['1'],
      list: [1.5, 'NaN'],
    });
  });

  it('errors, also of another realm', () => {
    const given = {
      error: new RangeError('far', { cause: new Error('near') }),
      foreign: runInNewContext('new TypeError("away")') as unknown,
    };
    expect(attributes(given)).toEqual({
      error: { message: 'far: near', type: 'RangeError' },
      foreign: { message: 'away', type: 'TypeError' },
    });
  });

  it('instances of classes, as JSON has them', () => {
    class Point {
      readonly #secret = 1;
      x = 1;
      get y(): number {
        return this.#secret;
      }
    }
    class Money {
      toJSON(key: string): unknown {
        return { key, nested: { toJSON: () => 'inner' } };
      }
    }
    class Empty {}
    const given = {
      boxed: [Object('a'), Object(1), Object(true), Object(2n)],
      empty: new Empty(),
      money: new Money(),
      pattern: /a+/g,
      point: new Point(),
      url: new URL('https://example.org/'),
    };
    expect(attributes(given)).toEqual({
      boxed: ['a', 1, true, '2'],
      empty: {},
      money: { key: 'money', nested: 'inner' },
      pattern: '/a+/g',
      point: { x: 1 },
      url: 'https://example.org/',
    });
    expect(changes(given)).toEqual([
      'attributes.boxed[3]: a BigInt was written as text',
      'attributes.empty: an object without fields says nothing',
      'attributes.pattern: a RegExp was written as text',
    ]);
  });

  it('what throws when it is read', () => {
    const revoked = Proxy.revocable({}, {});
    revoked.revoke();
    const fail = (): never => {
      throw new Error('no');
    };
    const given = {
      get getter() {
        return fail();
      },
      json: { toJSON: fail },
      keys: new Proxy({}, { ownKeys: fail }),
      list: [revoked.proxy, new Proxy([1], { get: fail })],
      ok: 1,
    };
    expect(attributes(given)).toEqual({ list: [null, null], ok: 1 });
    expect(changes(given)).toContain('attributes.getter: what throws when it is read was left out');
    expect(changes(given)).toContain('attributes.json: an object that throws when it is read was left out');
  });

  it('proxies that let themselves be read', () => {
    expect(attributes({ a: new Proxy({ b: new Proxy([1, 2], {}) }, {}) })).toEqual({ a: { b: [1, 2] } });
  });

  it('lone surrogates, in texts and in keys', () => {
    const given = { text: 'a\ud800b', '\udc00': 1, '\ufffd': 2 };
    expect(attributes(given)).toEqual({ '\ufffd': 1, '\ufffd (1)': 2, text: 'a\ufffdb' });
    expect(changes({ text: 'a\ud800b' })).toEqual(['attributes.text: lone surrogates were replaced']);
  });

  it('keys that could change a prototype, at any depth', () => {
    const given = JSON.parse(
      '{"__proto__":{"a":1},"b":{"constructor":1,"prototype":2,"c":[{"__proto__":3,"d":4}]}}',
    );
    expect(attributes(given)).toEqual({ b: { c: [{ d: 4 }] } });
    expect(changes(given).length).toBe(4);
    const { text } = encode({ action: 'a', attributes: given });
    expect(text).not.toMatch(/"(__proto__|constructor|prototype)":/);
  });

  it('keys that are the journal its own', () => {
    const given = { fake: { $sealed: 'AAAA', subject: 'p' }, $omitted: 1 };
    expect(attributes(given)).toEqual({ $$omitted: 1, fake: { $$sealed: 'AAAA', subject: 'p' } });
  });
});

it('attributes may be anything that becomes an object, and what becomes none is put into one', () => {
  expect(attributes(new Map([['a', 1]]))).toEqual({ a: 1 });
  expect(attributes(new Date(0))).toEqual({ value: '1970-01-01T00:00:00.000Z' });
  expect(attributes(Object.assign(Object.create(null), { a: 1 }))).toEqual({ a: 1 });
});

it('keys that look like indexes stand where canonical JSON has them', () => {
  const { text } = encode({
    action: 'a',
    attributes: { 10: 'x', 9: 'y', '': 1, '-1': 2, b: { 2: 1, 11: 2 } },
  });
  expect(text).toContain('"attributes":{"":1,"-1":2,"10":"x","9":"y","b":{"11":2,"2":1}}');
});

describe('limits:', () => {
  it('a long text is cut, and no pair of surrogates is torn', () => {
    const { content } = createBed({ maxTextLength: 64 });
    const long = `${'x'.repeat(63)}😀 and more`;
    expect(content({ action: 'a', reason: long, attributes: { [long]: long } })).toMatchObject({
      adjusted: [
        { what: 'cut from 74 to 63 characters' },
        { what: 'its key: cut from 74 to 63 characters' },
        { path: 'reason', what: 'cut from 74 to 63 characters' },
      ],
      attributes: { ['x'.repeat(63)]: 'x'.repeat(63) },
      reason: 'x'.repeat(63),
    });
  });

  it('what is very wide is cut', () => {
    const { content } = createBed({ maxEntryBytes: 2 ** 20 });
    const wide = {
      list: Array.from({ length: 10_001 }, (_, i) => i),
      map: new Map(Array.from({ length: 10_001 }, (_, i) => [`k${i}`, i])),
      object: Object.fromEntries(Array.from({ length: 10_001 }, (_, i) => [`k${i}`, i])),
      set: new Set(Array.from({ length: 10_001 }, (_, i) => i)),
    };
    const { attributes: kept = {}, adjusted } = content({ action: 'a', attributes: wide });
    expect((kept.list as unknown[]).length).toBe(10_000);
    expect(Object.keys(kept.object as object).length).toBe(10_000);
    expect(adjusted?.filter(({ what }) => what.startsWith('cut from 10,001 to 10,000')).length).toBe(4);
  });

  it('what would never end, ends', () => {
    const endless: unknown = new Proxy(
      {},
      {
        get: () => endless,
        ownKeys: () => ['a', 'b', 'c'],
        getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
      },
    );
    const laughs = Array.from({ length: 30 }).reduce<unknown>((inner) => Array(10).fill(inner), 'ha');
    expect(changes({ laughs }).length).toBeGreaterThan(0);
    const renewing = { toJSON: () => ({ ...renewing }) };
    expect(attributes({ renewing })).toBeDefined();
    expect(encode({ action: 'a', attributes: { endless } }).text.length).toBeLessThan(65_536);
  });

  it('twenty changes are told, and the others counted', () => {
    const { adjusted } = createBed().content({
      action: 'a',
      attributes: { list: Array(50).fill(Number.NaN) },
    });
    expect(adjusted?.length).toBe(21);
    expect(adjusted?.at(-1)).toEqual({ path: '', what: '30 more changes' });
  });
});
