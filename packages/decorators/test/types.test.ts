import { expectTypeOf, test } from 'vitest';
import {
  instrumented,
  instrumentFunction,
  instrumentPerformance,
  type MemberDecorator,
} from '../src/index.ts';

// Checked by `tsc`; at run time these only show that nothing throws.

test('instrumentFunction keeps the exact type of the function', () => {
  const generic = instrumentFunction(<T extends object>(value: T, key: keyof T): T[keyof T] => value[key]);
  expectTypeOf(generic).toEqualTypeOf<<T extends object>(value: T, key: keyof T) => T[keyof T]>();

  function overloaded(value: string): string;
  function overloaded(value: number): number;
  function overloaded(value: string | number): string | number {
    return value;
  }
  expectTypeOf(instrumentFunction(overloaded)).toEqualTypeOf<typeof overloaded>();

  async function* rows(limit: number): AsyncGenerator<string, boolean> {
    yield `${limit}`;
    return true;
  }
  expectTypeOf(instrumentFunction(rows)).toEqualTypeOf<typeof rows>();

  const tagged = Object.assign((n: number) => n, { version: 1 as const });
  expectTypeOf(instrumentFunction(tagged).version).toEqualTypeOf<1>();

  function method(this: { id: string }, n: number): string {
    return this.id + n;
  }
  expectTypeOf(instrumentFunction(method)).toEqualTypeOf<typeof method>();
});

test('callbacks see the arguments and the awaited result', () => {
  instrumentFunction(async (id: string, count?: number) => id.length + (count ?? 0), {
    attributes: (args, result) => {
      expectTypeOf(args).toEqualTypeOf<[id: string, count?: number | undefined]>();
      expectTypeOf(result).toEqualTypeOf<number | undefined>();
      return undefined;
    },
    classify: (result, error) => {
      expectTypeOf(result).toEqualTypeOf<number | undefined>();
      expectTypeOf(error).toEqualTypeOf<unknown>();
      return 'ok';
    },
  });
  instrumentFunction(
    function* (): Generator<string, boolean> {
      yield 'item';
      return true;
    },
    {
      attributes: (_args, result) => {
        expectTypeOf(result).toEqualTypeOf<boolean | undefined>();
        return undefined;
      },
    },
  );
});

test('the result of a promised generator is what the generator returns', () => {
  async function rows(): Promise<AsyncGenerator<number, string>> {
    return (async function* (): AsyncGenerator<number, string> {
      yield 1;
      return 'all';
    })();
  }
  instrumentFunction(rows, {
    classify: (result) => {
      expectTypeOf(result).toEqualTypeOf<string | undefined>();
      return 'ok';
    },
  });
});

test('the result of what is said to be an iterator may be what a generator returns', () => {
  function* words(): IterableIterator<string, number> {
    yield 'word';
    return 1;
  }
  instrumentFunction(words, {
    classify: (result, _error, thrown) => {
      expectTypeOf(result).toEqualTypeOf<number | IterableIterator<string, number> | undefined>();
      expectTypeOf(thrown).toEqualTypeOf<boolean>();
      return undefined;
    },
  });
  async function* rows(): AsyncIterableIterator<string, number> {
    yield 'row';
    return 1;
  }
  instrumentFunction(rows, {
    classify: (result) => {
      expectTypeOf(result).toEqualTypeOf<number | AsyncIterableIterator<string, number> | undefined>();
      return undefined;
    },
  });
});

test('a decorator takes the member that it was told of: overloaded, generic, with a `this`, and accessors', () => {
  class Orders {
    find(id: string): string;
    find(id: number): number;
    @instrumentPerformance<Orders['find']>({ name: 'orders.find' })
    find(id: string | number): string | number {
      return id;
    }

    @instrumentPerformance<Orders['own']>({ attributes: ([note]) => ({ note }) })
    own(this: Orders, note: string): string {
      return `${note} ${this.total}`;
    }

    @instrumentPerformance<Orders['same']>({ classify: () => 'ok' })
    same<T extends object>(order: T): T {
      return order;
    }

    @instrumentPerformance<() => number>({ classify: (total) => (total === 0 ? 'empty' : undefined) })
    get total(): number {
      return 1;
    }

    @instrumentPerformance<(note: string) => unknown>({ attributes: ([note]) => ({ note }) })
    print(note: string): void {
      void note;
    }
  }
  expectTypeOf<Orders['same']>().toEqualTypeOf<<T extends object>(order: T) => T>();
});

test('methods may declare their `this`, and classes hide their constructor', () => {
  @instrumented
  class Orders {
    static readonly all: Orders = new Orders();
    private constructor() {}

    @instrumentPerformance
    bare(this: Orders): void {}

    @instrumentPerformance('orders.place')
    place(this: Orders, id: string): string {
      return id;
    }

    @instrumentPerformance('orders.chain')
    chain<T extends Orders>(this: T): T {
      return this;
    }

    @instrumented.skip
    quiet(this: Orders): void {}
  }
  expectTypeOf(Orders.all.place).parameter(0).toEqualTypeOf<string>();

  @instrumented('shop')
  class Base {
    protected constructor() {}

    run(): void {}
  }
  expectTypeOf<Base['run']>().toEqualTypeOf<() => void>();

  // @ts-expect-error: a function
  refused(() => instrumented(() => 1));
  // @ts-expect-error: a function
  refused(() => instrumented('shop')(() => 1));
  refused(() => {
    class Wrong {
      // @ts-expect-error: a method
      @instrumented
      run(): void {}
    }
    return Wrong;
  });
});

test('decorators keep the type of the member, and refuse what they cannot decorate', () => {
  class Orders {
    @instrumentPerformance({
      // As DESIGN.md shows it: the method is not known here, so its arguments are not checked.
      attributes: (args) => ({ currency: args[0].currency }),
      classify: (_result, error) => (error ? 'error' : 'ok'),
    })
    price<T extends { currency: string }>(order: T): T {
      return order;
    }

    @instrumentPerformance<Orders['pay']>({
      attributes: ([amount], result) => {
        expectTypeOf(amount).toEqualTypeOf<number>();
        expectTypeOf(result).toEqualTypeOf<string | undefined>();
        return { amount };
      },
    })
    async pay(amount: number): Promise<string> {
      return `${amount}`;
    }
  }
  expectTypeOf<Orders['price']>().toEqualTypeOf<<T extends { currency: string }>(order: T) => T>();
  expectTypeOf(instrumentPerformance('orders')).toEqualTypeOf<MemberDecorator>();

  refused(() => {
    class Wrong {
      // @ts-expect-error: another method than the one that was named
      @instrumentPerformance<Orders['pay']>({ attributes: ([amount]) => ({ amount }) })
      cancel(id: string): void {
        void id;
      }
    }
    return Wrong;
  });
  // @ts-expect-error: not a unit
  refused(() => instrumentPerformance({ unit: 'seconds' }));
  // @ts-expect-error: not an option
  refused(() => instrumentPerformance({ lables: {} }));
  refused(() => {
    class Wrong {
      // @ts-expect-error: a field
      @instrumentPerformance
      count = 1;
    }
    return Wrong;
  });
});

function refused(misuse: () => unknown): void {
  expectTypeOf(misuse).toBeFunction();
}
