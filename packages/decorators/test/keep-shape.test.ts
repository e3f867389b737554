import 'reflect-metadata';
import { describe, expect, test } from 'vitest';
import { instrumentFunction } from '../src/index.ts';
import { useRecording } from './recording.ts';

useRecording();

describe('a wrapper looks like the function', () => {
  test('in name and length', () => {
    function place(_order: string, _at: number): void {}
    const wrapped = instrumentFunction(place, 'orders.place');
    expect(wrapped.name).toBe('place');
    expect(wrapped.length).toBe(2);
  });

  test('in properties of its own, without running getters', () => {
    const key = Symbol('key');
    const fn = Object.assign(() => 1, { version: 3, [key]: true });
    Object.defineProperty(fn, 'lazy', {
      get: () => {
        throw new Error('a getter ran');
      },
    });
    const wrapped = instrumentFunction(fn);
    expect(wrapped.version).toBe(3);
    expect(wrapped[key]).toBe(true);
    expect(Object.getOwnPropertyDescriptor(wrapped, 'lazy')?.get).toBeTypeOf('function');
  });

  test('in its class, so that async and generator functions are still told apart', () => {
    for (const fn of [async () => {}, function* () {}, async function* () {}, () => {}]) {
      expect(Object.getPrototypeOf(instrumentFunction(fn))).toBe(Object.getPrototypeOf(fn));
    }
  });

  test('in its prototype, so that instanceof holds for generators', () => {
    const generate = instrumentFunction(function* () {
      yield 1;
    });
    expect(generate()).toBeInstanceOf(generate);
    expect(instrumentFunction(() => 1).prototype).toBe(undefined);
  });

  test('in what reflect-metadata keeps of it', () => {
    const fn = (): void => {};
    Reflect.defineMetadata('route', '/orders', fn);
    expect(Reflect.getOwnMetadata('route', instrumentFunction(fn))).toBe('/orders');
  });
});
