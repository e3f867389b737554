import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createNotificationReader } from '../../src/notification/reader.ts';

const read = createNotificationReader({});
const of = (payload: unknown) => read('test.event', payload, 'id').payload;

describe('a payload', () => {
  it('keeps what JSON can say, and has a form for what it cannot', () => {
    class Order {
      id = 7;
      get total(): number {
        return 1;
      }
    }
    expect(
      of({
        text: 'a',
        none: null,
        missing: undefined,
        big: 12n,
        nan: Number.NaN,
        infinite: -Infinity,
        date: new Date(0),
        wrong: new Date(Number.NaN),
        map: new Map<unknown, unknown>([
          ['a', 1],
          [2, new Set([3])],
        ]),
        bytes: new Uint8Array(1_000),
        buffer: new ArrayBuffer(4),
        expression: /a+/g,
        url: new URL('https://user:hunter2@example.com/x'),
        call: function named() {},
        symbol: Symbol('s'),
        promise: Promise.resolve(1),
        boxed: Object('b'),
        order: new Order(),
        json: { toJSON: () => ({ a: 1 }) },
      }),
    ).toEqual({
      text: 'a',
      none: null,
      missing: null,
      big: '12',
      nan: 'NaN',
      infinite: '-Infinity',
      date: '1970-01-01T00:00:00.000Z',
      wrong: 'Invalid Date',
      map: { a: 1, 2: [3] },
      bytes: '[Uint8Array, 1000 bytes]',
      buffer: '[ArrayBuffer, 4 bytes]',
      expression: '/a+/g',
      url: 'https://[redacted]@example.com/x',
      call: '[function named]',
      symbol: 'Symbol(s)',
      promise: '[promise]',
      boxed: 'b',
      order: { id: 7 },
      json: { a: 1 },
    });
    expect(of('text')).toEqual({ value: 'text' });
    expect(of([1, 2])).toEqual({ value: [1, 2] });
    expect(of(undefined)).toEqual({});
  });

  it('tells errors with their causes', () => {
    const error = Object.assign(new TypeError('outer', { cause: new Error('inner') }), {
      code: 'E1',
      extra: 1,
    });
    expect(of({ error })).toEqual({
      error: {
        name: 'TypeError',
        message: 'outer',
        stack: expect.stringContaining('TypeError: outer'),
        code: 'E1',
        extra: 1,
        cause: { name: 'Error', message: 'inner', stack: expect.any(String) },
      },
    });
  });

  it('survives whatever runs code', () => {
    const cycle: Record<string, unknown> = { name: 'c' };
    cycle.self = cycle;
    const hostile = new Proxy(
      {},
      {
        get: () => {
          throw new Error('no');
        },
        ownKeys: () => {
          throw new Error('no');
        },
        getPrototypeOf: () => {
          throw new Error('no');
        },
      },
    );
    const revoked = Proxy.revocable({}, {});
    revoked.revoke();
    const nasty = {
      cycle,
      hostile,
      revoked: revoked.proxy,
      get throws() {
        throw new Error('no');
      },
      json: {
        toJSON() {
          throw new Error('no');
        },
      },
      named: Object.defineProperty(() => {}, 'name', {
        get: () => {
          throw new Error('no');
        },
      }),
      text: {
        [Symbol.toPrimitive]: () => {
          throw new Error('no');
        },
      },
      error: Object.defineProperty(new Error('x'), 'message', {
        get: () => {
          throw new Error('no');
        },
      }),
    };
    const safe = of(nasty);
    expect(safe.cycle).toEqual({ name: 'c', self: '[circular]' });
    expect(safe).toMatchObject({ hostile: '[unreadable]', throws: '[unreadable]', json: '[unreadable]' });
    expect(() => JSON.stringify(safe)).not.toThrow();
    for (const payload of [hostile, revoked.proxy, nasty.named]) {
      expect(() => read('e', payload, 'id')).not.toThrow();
    }
  });

  it('cannot be used against those who merge it', () => {
    const safe = of(
      JSON.parse('{"a":{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"b":2}}'),
    );
    expect(JSON.stringify(safe)).toBe('{"a":{"b":2}}');
  });

  it('is bounded in depth, number and length, and says where something was left out', () => {
    let deep: unknown = 1;
    for (let i = 0; i < 1_000; i++) deep = { deep };
    expect(JSON.stringify(of({ deep })).length).toBeLessThan(200);
    const wide = of({
      list: Array(1_000).fill(1),
      object: Object.fromEntries(Array.from({ length: 150 }, (_, i) => [`k${i}`, i])),
    });
    expect((wide.list as unknown[]).at(-1)).toBe('… 900 more');
    expect((wide.object as Record<string, unknown>)['…']).toBe('50 more');
    expect(of({ long: 'x'.repeat(100_000) }).long).toMatch(/^x{8191}… \(100000 characters\)$/);
  });

  it('is what it was, whatever happens to the event later, or to it', () => {
    const payload = { list: [1], inner: { a: 1 } };
    const { payload: safe } = read('e', payload, 'id');
    payload.list.push(2);
    payload.inner.a = 2;
    expect(safe).toEqual({ list: [1], inner: { a: 1 } });
    expect(() => {
      (safe.inner as { a: number }).a = 3;
    }).toThrow(TypeError);
  });

  it('is never more than 64 KiB, and comes back from JSON as it was', () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
      withNullPrototype: true,
      withSparseArray: true,
      withUnicodeString: true,
      withObjectString: true,
      maxKeys: 20,
      maxDepth: 6,
    } as never);
    fc.assert(
      fc.property(
        anything,
        fc.array(fc.string({ unit: 'binary', maxLength: 2_000, size: 'max' }), {
          maxLength: 20,
          size: 'max',
        }),
        (payload, texts) => {
          const safe = of({
            payload,
            texts,
            more: Object.fromEntries(texts.map((text) => [text, text.repeat(50)])),
          });
          const json = JSON.stringify(safe);
          expect(Buffer.byteLength(json)).toBeLessThanOrEqual(64 * 1_024);
          expect(JSON.stringify(JSON.parse(json))).toBe(json);
          expect(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(json))).toBe(json);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('is never more than 64 KiB of the worst that there is', () => {
    const worst = '\u0001'.repeat(9_000);
    const wide = (depth: number): unknown =>
      depth === 0
        ? worst
        : Object.fromEntries(
            Array.from({ length: 120 }, (_, i) => [`${i}\u0001`.repeat(40), wide(depth - 1)]),
          );
    for (const payload of [
      wide(2),
      Array(500).fill(Array(500).fill(Array(500).fill(worst))),
      Array(500).fill(Array(500).fill({})),
    ]) {
      expect(Buffer.byteLength(JSON.stringify(of(payload)))).toBeLessThanOrEqual(64 * 1_024);
    }
  });
});
