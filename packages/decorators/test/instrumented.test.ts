import { describe, expect, test } from 'vitest';
import { instrumented, instrumentFunction, instrumentPerformance } from '../src/index.ts';
import { useRecording } from './recording.ts';

const recording = useRecording();

function operations(): string[] {
  return recording.current.ended.map((call) => call.operation);
}

describe('an instrumented class (TC39)', () => {
  test('has all its own methods instrumented, static ones too, and nothing else', () => {
    let reads = 0;
    class Base {
      inherited(): void {}
    }
    @instrumented
    class Orders extends Base {
      static readonly Item = class {
        readonly made = true;
      };
      readonly handler = (): number => 1;

      get expensive(): number {
        return ++reads;
      }

      place(): string {
        return 'placed';
      }

      static load(): Orders {
        return new Orders();
      }
    }
    expect(reads).toBe(0);
    const orders = Orders.load();
    expect(orders).toBeInstanceOf(Orders);
    expect(orders.place()).toBe('placed');
    expect(orders.handler()).toBe(1);
    expect(new Orders.Item().made).toBe(true);
    orders.inherited();
    expect(orders.expensive).toBe(1);
    expect(operations()).toEqual(['Orders.load', 'Orders.place']);
    expect(Object.getOwnPropertyDescriptor(Orders.prototype, 'place')?.enumerable).toBe(false);
  });

  test('may have a method that is named class', () => {
    @instrumented
    class Room {
      class(): string {
        return 'first';
      }
    }
    expect(new Room().class()).toBe('first');
    expect(instrumentFunction(Room.prototype.class, 'room')()).toBe('first');
    expect(operations()).toEqual(['Room.class', 'Room.class', 'room']);
  });

  test('leaves out what is skipped, also under another decorator, and does not instrument twice', () => {
    const plain = (fn: () => number) =>
      function (this: unknown): number {
        return fn.call(this);
      };
    @instrumented
    class Orders {
      @instrumented.skip
      quiet(): number {
        return 1;
      }

      @plain
      @instrumented.skip
      wrapped(): number {
        return 2;
      }

      @instrumented.skip
      static quiet(): number {
        return 3;
      }

      @instrumentPerformance('orders.own')
      own(): number {
        return 4;
      }
    }
    const orders = new Orders();
    expect([orders.quiet(), orders.wrapped(), Orders.quiet(), orders.own()]).toEqual([1, 2, 3, 4]);
    expect(operations()).toEqual(['orders.own']);
  });

  test('takes a prefix, or options for all its methods', () => {
    @instrumented('shop')
    class First {
      run(): void {}
    }
    @instrumented({ name: 'shop', labels: { tier: 'gold' } })
    class Second {
      run(): void {}
    }
    @instrumented()
    class Third {
      run(): void {}
    }
    new First().run();
    new Second().run();
    new Third().run();
    expect(recording.current.ended.map((call) => [call.operation, call.function])).toEqual([
      ['shop.run', 'First.run'],
      ['shop.run', 'Second.run'],
      ['Third.run', 'Third.run'],
    ]);
    expect(recording.current.operations[1]?.labels).toEqual({ tier: 'gold' });
  });
});

test('misuse throws at decoration', () => {
  const misuse = expect.objectContaining({ code: 'INSTRUMENT_DECORATOR_MISUSE' });
  const apply = instrumented as unknown as (...args: unknown[]) => unknown;
  const skip = instrumented.skip as unknown as (...args: unknown[]) => unknown;
  const method = { kind: 'method', name: 'run', addInitializer() {} };
  expect(() => apply(() => {}, method)).toThrow(misuse);
  expect(() => apply({}, 'run', { value: () => {} })).toThrow(misuse);
  expect(() => apply({ unit: 'seconds' })).toThrow(misuse);
  expect(() => skip(class {}, { kind: 'class', name: 'A' })).toThrow(misuse);
  expect(() => skip({}, 'count')).toThrow(misuse);
});
