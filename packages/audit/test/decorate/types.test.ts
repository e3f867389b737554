import { expectTypeOf, test } from 'vitest';
import { type AuditedDecorator, audited } from '../../src/decorate/audited.ts';

// Checked by `tsc`; at run time these only show that nothing throws.

test('a wrapped function keeps the exact type of the function', () => {
  const generic = audited('a.b', <T extends object>(value: T, key: keyof T): T[keyof T] => value[key]);
  expectTypeOf(generic).toEqualTypeOf<<T extends object>(value: T, key: keyof T) => T[keyof T]>();

  function overloaded(value: string): string;
  function overloaded(value: number): number;
  function overloaded(value: string | number): string | number {
    return value;
  }
  expectTypeOf(audited('a.b', overloaded)).toEqualTypeOf<typeof overloaded>();
  expectTypeOf(audited(overloaded, { action: 'a.b' })).toEqualTypeOf<typeof overloaded>();

  async function* rows(limit: number): AsyncGenerator<string, boolean> {
    yield `${limit}`;
    return true;
  }
  expectTypeOf(audited('a.b', rows)).toEqualTypeOf<typeof rows>();

  const tagged = Object.assign((n: number) => n, { version: 1 as const });
  expectTypeOf(audited('a.b', tagged).version).toEqualTypeOf<1>();

  function method(this: { id: string }, n: number): string {
    return this.id + n;
  }
  expectTypeOf(audited('a.b', method, { durability: 'queued' })).toEqualTypeOf<typeof method>();
});

test('callbacks see the arguments, this, and the awaited result', () => {
  audited(
    'a.b',
    async function (this: { id: string }, id: string, count?: number) {
      return this.id.length + id.length + (count ?? 0);
    },
    {
      actor: (args, self) => {
        expectTypeOf(args).toEqualTypeOf<[id: string, count?: number | undefined]>();
        expectTypeOf(self).toEqualTypeOf<{ id: string }>();
        return self.id;
      },
      attributes: ([id]) => ({ id }),
      inputs: [{ namespace: 'file', name: 'in' }],
      after: ({ args, result, error }) => {
        expectTypeOf(args).toEqualTypeOf<[id: string, count?: number | undefined]>();
        expectTypeOf(result).toEqualTypeOf<number | undefined>();
        expectTypeOf(error).toEqualTypeOf<unknown>();
        return { attributes: { result } };
      },
      classify: (error, result) => {
        expectTypeOf(result).toEqualTypeOf<number | undefined>();
        return error === undefined ? 'success' : 'denied';
      },
    },
  );
  audited(
    function* (): Generator<string, boolean> {
      yield 'item';
      return true;
    },
    {
      action: 'a.b',
      after: ({ result }) => {
        expectTypeOf(result).toEqualTypeOf<boolean | undefined>();
        return undefined;
      },
    },
  );
});

test('decorators keep the type of the method, and refuse what they cannot decorate', () => {
  class Orders {
    @audited('orders.price', {
      // The method is not known here, so its arguments are not checked.
      target: ([order]) => order.id,
      attributes: (args) => ({ currency: args[0].currency }),
    })
    price<T extends { currency: string }>(order: T): T {
      return order;
    }

    @audited<Orders['pay']>('orders.pay', {
      attributes: ([amount]) => {
        expectTypeOf(amount).toEqualTypeOf<number>();
        return { amount };
      },
      after: ({ result }) => {
        expectTypeOf(result).toEqualTypeOf<string | undefined>();
        return undefined;
      },
    })
    async pay(amount: number): Promise<string> {
      return `${amount}`;
    }

    @audited('orders.close')
    close(this: Orders, id: string): string {
      return id;
    }
  }
  expectTypeOf<Orders['price']>().toEqualTypeOf<<T extends { currency: string }>(order: T) => T>();
  expectTypeOf(audited('orders.pay')).toEqualTypeOf<AuditedDecorator>();
  expectTypeOf(audited({ action: 'orders.pay' })).toEqualTypeOf<AuditedDecorator>();

  // @ts-expect-error: not a durability
  refused(() => audited('a.b', { durability: 'sure' }));
  // @ts-expect-error: not an option
  refused(() => audited('a.b', { actr: 'x' }));
  // @ts-expect-error: no action
  refused(() => audited({ actor: 'x' }));
  // @ts-expect-error: not an outcome
  refused(() => audited('a.b', () => 1, { classify: () => 'fine' }));
  // @ts-expect-error: not a dataset
  refused(() => audited('a.b', () => 1, { inputs: () => [{ name: 'x' }] }));
  refused(() => {
    class Wrong {
      // @ts-expect-error: a field
      @audited('a.b')
      count = 1;
    }
    return Wrong;
  });
  refused(() => {
    class Wrong {
      // @ts-expect-error: a getter
      @audited('a.b')
      get count(): number {
        return 1;
      }
    }
    return Wrong;
  });
});

function refused(misuse: () => unknown): void {
  expectTypeOf(misuse).toBeFunction();
}
