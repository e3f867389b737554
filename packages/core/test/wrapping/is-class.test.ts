import { expect, test } from 'vitest';
import { isClass } from '../../src/index.ts';

test('classes are told from functions and from methods, whatever these are called', () => {
  class Derived extends Array {}
  // biome-ignore format: nothing between the word and the brace
  const bare = class{};
  for (const one of [class {}, class Named {}, Derived, bare]) expect(isClass(one)).toBe(true);
  const methods = {
    class() {},
    class$() {},
    classify() {},
    async *classes() {},
  };
  // biome-ignore format: something between the word and the parenthesis
  const spaced = { class /* of the order */ () {} };
  const { get } = Object.getOwnPropertyDescriptor(
    {
      get class() {
        return 1;
      },
    },
    'class',
  )!;
  for (const one of [...Object.values(methods), spaced.class, get!, () => {}, function klass() {}, isClass]) {
    expect(isClass(one)).toBe(false);
  }
});
