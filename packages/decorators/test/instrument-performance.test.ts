import { EventEmitter } from 'node:events';
import { InstrumentError } from '@org/instrument-core';
import { describe, expect, test } from 'vitest';
import { instrumented, instrumentPerformance } from '../src/index.ts';
import { useRecording } from './recording.ts';

const recording = useRecording();

function calls(): [string, string][] {
  return recording.current.ended.map((call) => [call.operation, call.function]);
}

describe('a decorated method (TC39)', () => {
  test('bare, named, and with options', async () => {
    class Orders {
      readonly prefix = 'order';

      @instrumentPerformance
      place(id: number): string {
        return `${this.prefix} ${id}`;
      }

      @instrumentPerformance('orders.pay')
      async pay(id: number): Promise<string> {
        return `${this.prefix} ${id}`;
      }

      @instrumentPerformance({ name: 'orders.price', labels: { tier: 'gold' } })
      *price(): Generator<string> {
        yield this.prefix;
      }

      @instrumentPerformance()
      cancel(): void {}

      @instrumentPerformance('orders.ship', { unit: 'ms' })
      ship(): void {}
    }
    const orders = new Orders();
    expect(orders.place(1)).toBe('order 1');
    expect(await orders.pay(2)).toBe('order 2');
    expect([...orders.price()]).toEqual(['order']);
    orders.cancel();
    orders.ship();
    expect(calls()).toEqual([
      ['Orders.place', 'Orders.place'],
      ['orders.pay', 'Orders.pay'],
      ['orders.price', 'Orders.price'],
      ['Orders.cancel', 'Orders.cancel'],
      ['orders.ship', 'Orders.ship'],
    ]);
    expect(recording.current.operations.map((operation) => operation.unit)).toEqual([
      's',
      's',
      's',
      's',
      'ms',
    ]);
    expect(Orders.prototype.place.name).toBe('place');
    expect(Orders.prototype.place.length).toBe(1);
    expect(Object.keys(orders)).toEqual(['prefix']);
  });

  test('inherited, overridden and called with super is that of the class that declares it', () => {
    class Base {
      @instrumentPerformance
      run(): string {
        return 'base';
      }

      @instrumentPerformance
      static create(): string {
        return 'created';
      }
    }
    class Middle extends Base {}
    class Derived extends Middle {
      @instrumentPerformance
      override run(): string {
        return `derived ${super.run()}`;
      }
    }
    expect(new Derived().run()).toBe('derived base');
    expect(new Middle().run()).toBe('base');
    expect(Derived.create()).toBe('created');
    expect(calls()).toEqual([
      ['Base.run', 'Base.run'],
      ['Derived.run', 'Derived.run'],
      ['Base.run', 'Base.run'],
      ['Base.create', 'Base.create'],
    ]);
    expect(recording.current.operations).toHaveLength(3);
  });

  test('private, static private, symbolic, and under another decorator', () => {
    const key = Symbol('secret');
    const twice = (fn: () => number) =>
      function (this: unknown): number {
        return 2 * fn.call(this);
      };
    class Vault {
      @instrumentPerformance
      #open(): number {
        return 1;
      }

      @instrumentPerformance
      static #make(): Vault {
        return new Vault();
      }

      @instrumentPerformance
      [key](): number {
        return this.#open();
      }

      @twice
      @instrumentPerformance
      doubled(): number {
        return this.#open();
      }

      static make(): Vault {
        return Vault.#make();
      }
    }
    class Branch extends Vault {}
    expect(Vault.make()[key]()).toBe(1);
    expect(new Branch().doubled()).toBe(2);
    expect(calls()).toEqual([
      ['Vault.make', 'Vault.#make'],
      ['Vault.open', 'Vault.#open'],
      ['Vault.secret', 'Vault.[secret]'],
      ['Vault.open', 'Vault.#open'],
      ['Vault.doubled', 'Vault.doubled'],
    ]);
  });

  test('getter, setter and accessor', () => {
    class Cart {
      #total = 1;

      @instrumentPerformance
      get total(): number {
        return this.#total;
      }

      @instrumentPerformance
      set total(value: number) {
        this.#total = value;
      }

      @instrumentPerformance('cart.note')
      accessor note = 'empty';
    }
    const cart = new Cart();
    cart.total = 3;
    expect(cart.total).toBe(3);
    expect(cart.note).toBe('empty');
    cart.note = 'full';
    expect(cart.note).toBe('full');
    expect(calls()).toEqual([
      ['Cart.total', 'Cart.set total'],
      ['Cart.total', 'Cart.get total'],
      ['cart.note', 'Cart.get note'],
      ['cart.note', 'Cart.set note'],
      ['cart.note', 'Cart.get note'],
    ]);
  });

  test('called without this is known by its name until a call tells the class', () => {
    class Tools {
      @instrumentPerformance
      check(): boolean {
        return this === undefined;
      }
    }
    const { check } = Tools.prototype;
    expect([check.call(undefined as never), check.call(undefined as never)]).toEqual([true, true]);
    new Tools().check();
    check.call(undefined as never);
    expect(calls().map(([operation]) => operation)).toEqual(['check', 'check', 'Tools.check', 'Tools.check']);
    expect(recording.current.operations).toHaveLength(2);
  });

  test('called on a foreign object is known by its name, not by the class of that', () => {
    class Orders {
      @instrumentPerformance
      onPlaced(this: unknown): unknown {
        return this;
      }
    }
    class Emitter {
      readonly listen = Orders.prototype.onPlaced;
      onPlaced(): void {}
    }
    const emitter = new Emitter();
    expect(emitter.listen()).toBe(emitter);
    new Orders().onPlaced();
    expect(emitter.listen()).toBe(emitter);
    expect(calls()).toEqual([
      ['onPlaced', 'onPlaced'],
      ['Orders.onPlaced', 'Orders.onPlaced'],
      ['Orders.onPlaced', 'Orders.onPlaced'],
    ]);
  });

  test('whose name is a number has it in the name of the operation', () => {
    class Codes {
      @instrumentPerformance
      42(): number {
        return 42;
      }
    }
    expect(new Codes()[42]()).toBe(42);
    expect(calls()).toEqual([['Codes.42', 'Codes.42']]);
  });

  test('that gives back its own object is done, whatever the object is', async () => {
    class Query {
      readonly #rows: number[] = [];

      @instrumentPerformance
      where(id: number): this {
        this.#rows.push(id);
        return this;
      }

      // biome-ignore lint/suspicious/noThenProperty: as builders of queries have it
      then(done: (rows: readonly number[]) => void): void {
        done(this.#rows);
      }

      async *[Symbol.asyncIterator](): AsyncGenerator<number> {
        yield* this.#rows;
      }
    }
    const query = new Query();
    for (let id = 0; id < 100; id++) expect(query.where(id)).toBe(query);
    expect(calls()).toHaveLength(100);
    expect(await query).toHaveLength(100);
    expect(calls()).toHaveLength(100);
  });
});

describe('a decorated method (TC39) that is called on a foreign object', () => {
  test('is known by its name until a call on an object of its class, and by no other class', () => {
    class Orders {
      @instrumentPerformance
      placed(): number {
        return 1;
      }
    }
    class Billing {
      @instrumentPerformance
      placed(): number {
        return 2;
      }
    }
    class Special extends Orders {}
    const emitter = new EventEmitter();
    emitter.on('placed', Orders.prototype.placed).on('placed', Billing.prototype.placed);
    emitter.emit('placed');
    const handler = { placed: Orders.prototype.placed };
    expect(handler.placed()).toBe(1);
    expect(Orders.prototype.placed.call(new Billing())).toBe(1);
    expect([new Special().placed(), new Billing().placed()]).toEqual([1, 2]);
    emitter.emit('placed');
    expect(calls()).toEqual([
      ...[1, 2, 3, 4].map(() => ['placed', 'placed']),
      ['Orders.placed', 'Orders.placed'],
      ['Billing.placed', 'Billing.placed'],
      ['Orders.placed', 'Orders.placed'],
      ['Billing.placed', 'Billing.placed'],
    ]);
    expect(recording.current.operations).toHaveLength(4);
  });
});

test('a method whose name is a number', () => {
  // As esbuild and SWC say it: in the context as a number.
  const context = { kind: 'method', name: 42, static: false, private: false, addInitializer() {} };
  class Table {
    42(): number {
      return 42;
    }

    @instrumentPerformance
    43(): number {
      return 43;
    }
  }
  const decorate = instrumentPerformance as unknown as (method: unknown, context: unknown) => Table[42];
  Object.defineProperty(Table.prototype, 42, {
    value: decorate(Table.prototype[42], context),
    configurable: true,
  });
  const table = new Table();
  expect([table[42](), table[43]()]).toEqual([42, 43]);
  expect(calls()).toEqual([
    ['Table.42', 'Table.42'],
    ['Table.43', 'Table.43'],
  ]);
});

test('metadata of the class is left to those who write it', () => {
  const note = (_fn: unknown, context: ClassMethodDecoratorContext): void => {
    context.metadata.noted = context.name;
  };
  class Noted {
    @instrumentPerformance
    @note
    run(): void {}
  }
  const key = (Symbol as { metadata?: symbol }).metadata ?? Symbol.for('Symbol.metadata');
  expect({ ...Reflect.get(Noted, key) }).toEqual({ noted: 'run' });
});

describe('misuse', () => {
  const apply = instrumentPerformance as (...args: unknown[]) => unknown;

  test('on a class, a field or a parameter says where else to go', () => {
    class Anything {}
    const contexts: unknown[][] = [
      [Anything],
      [Anything, { kind: 'class', name: 'Anything', addInitializer() {} }],
      [undefined, { kind: 'field', name: 'count', addInitializer() {} }],
      [Anything.prototype, 'count'],
      [Anything.prototype, 'count', { value: 1, writable: true }],
      [Anything.prototype, 'run', 0],
      [Anything, undefined, 0],
    ];
    for (const args of contexts) {
      for (const use of [apply, apply('name') as typeof apply]) {
        expect(() => use(...args)).toThrow(expect.objectContaining({ code: 'INSTRUMENT_DECORATOR_MISUSE' }));
      }
    }
    expect(() => apply(Anything)).toThrow(/@instrumented/);
  });

  test('in the dialect of 2018, which SWC makes of JavaScript, says which option the compiler needs', () => {
    // What SWC and Babel give such a decorator.
    const tag = { [Symbol.toStringTag]: 'Descriptor' };
    const member = {
      ...tag,
      kind: 'method',
      key: 'run',
      placement: 'prototype',
      descriptor: { value() {} },
    };
    const ofClass = { ...tag, kind: 'class', elements: [member] };
    const ofClasses = instrumented as typeof apply;
    const uses = [
      () => apply(member),
      () => (apply('orders.run') as typeof apply)(member),
      () => (instrumented.skip as typeof apply)(member),
      () => ofClasses(ofClass),
      () => (ofClasses('orders') as typeof apply)(ofClass),
    ];
    for (const use of uses) {
      expect(use).toThrow(expect.objectContaining({ code: 'INSTRUMENT_DECORATOR_MISUSE' }));
      expect(use).toThrow(/"experimentalDecorators": true/);
    }
  });

  test('of options throws at decoration', () => {
    expect(() => apply('')).toThrow(InstrumentError);
    expect(() => apply({ unit: 'seconds' })).toThrow(InstrumentError);
    expect(() => apply(42)).toThrow(InstrumentError);
  });
});
