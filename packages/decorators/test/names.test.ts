import { describe, expect, test } from 'vitest';
import { declaringClass, functionNames, type Member, memberNames } from '../src/names.ts';

const method = (key: string | symbol): Member => ({
  key,
  kind: 'method',
  isPrivate: false,
  metadata: undefined,
});

describe('names of operations are legal names of instruments', () => {
  test('for functions', () => {
    const named = (name: string): object => Object.defineProperty(() => {}, 'name', { value: name });
    expect(functionNames(named('load'))).toEqual({ operation: 'load', function: 'load' });
    expect(functionNames(named('_load$1'))).toEqual({ operation: 'load_1', function: '_load$1' });
    expect(functionNames(() => {})).toEqual({ operation: 'anonymous', function: '<anonymous>' });
    expect(functionNames(() => {}, 'users.load').function).toBe('users.load');
    expect(functionNames(named('load'), 'users.load').function).toBe('load');
    expect(functionNames(named('x'.repeat(500))).operation).toHaveLength(240);
  });

  test('for members', () => {
    class Orders {}
    expect(memberNames(Orders, method('#place'))).toEqual({
      operation: 'Orders.place',
      function: 'Orders.#place',
    });
    expect(memberNames(Orders, method('place'), 'shop')).toEqual({
      operation: 'shop.place',
      function: 'Orders.place',
    });
    expect(memberNames(class {}, method('run'))).toEqual({
      operation: 'anonymous.run',
      function: '<anonymous>.run',
    });
    expect(memberNames(undefined, method(Symbol('run')))).toEqual({ operation: 'run', function: '[run]' });
  });

  test('for classes that esbuild renamed, because they refer to themselves', () => {
    const renamed = Object.defineProperty(class {}, 'name', { value: '_Orders' });
    expect(memberNames(renamed, method('run'))).toEqual({ operation: 'Orders.run', function: 'Orders.run' });
  });

  test('without running a static getter that is called name', () => {
    const odd = Object.defineProperty(class {}, 'name', { get: () => expect.unreachable('a getter ran') });
    expect(memberNames(odd, method('run')).function).toBe('<anonymous>.run');
  });
});

test('the declaring class is found without running getters', () => {
  class Base {
    run(): void {}
  }
  class Derived extends Base {
    get other(): number {
      return expect.unreachable('a getter ran');
    }
  }
  expect(declaringClass(new Derived(), method('run'), Base.prototype.run)).toBe(Base);
  expect(declaringClass(new Derived(), method('other'), () => {})).toBe(undefined);
  const secret = { ...method('#secret'), isPrivate: true };
  expect(declaringClass(new Derived(), secret, () => {})).toBe(Derived);
  expect(declaringClass(Object.create(null), method('run'), () => {})).toBe(undefined);
  expect(declaringClass('text', method('run'), () => {})).toBe(undefined);
});
