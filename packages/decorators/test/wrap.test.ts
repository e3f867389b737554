import { type DiagLogger, diag } from '@opentelemetry/api';
import { installRuntime, type OperationRecorder } from '@org/instrument-core';
import { afterEach, describe, expect, test } from 'vitest';
import { instrumentFunction } from '../src/index.ts';
import { Recording, useRecording } from './recording.ts';

const recording = useRecording();
const uninstalls: (() => void)[] = [];
afterEach(() => {
  for (const uninstall of uninstalls.splice(0).reverse()) uninstall();
  diag.disable();
});

function faultsOfDiag(): unknown[] {
  const faults: unknown[] = [];
  const silent = (): void => {};
  const logger: DiagLogger = {
    error: (message) => faults.push(message),
    warn: silent,
    info: silent,
    debug: silent,
    verbose: silent,
  };
  diag.setLogger(logger, { suppressOverrideMessage: true });
  return faults;
}

describe('a synchronous call', () => {
  test('is begun and ended once, and its value is returned', () => {
    const add = instrumentFunction((a: number, b: number) => a + b, 'sums.add');
    expect(add(1, 2)).toBe(3);
    expect(recording.current.begun).toBe(1);
    expect(recording.current.active).toBe(0);
    expect(recording.current.ended).toMatchObject([
      { operation: 'sums.add', success: true, errorType: 'none', attributes: undefined },
    ]);
    expect(recording.current.ended[0]?.millis).toBeGreaterThanOrEqual(0);
  });

  test('throws what the function throws, and is recorded with the class of the error', () => {
    class OutOfStock extends Error {}
    const error = new OutOfStock('none left');
    const fails = instrumentFunction(() => {
      throw error;
    }, 'fails');
    expect(fails).toThrow(error);
    expect(recording.current.ended).toMatchObject([{ success: false, errorType: 'OutOfStock' }]);
  });

  test('keeps this and all arguments, however many', () => {
    const seen = instrumentFunction(function (this: unknown, ...args: unknown[]) {
      return [this, ...args];
    });
    const self = { me: true };
    expect(seen.call(self, 1, undefined, 3)).toEqual([self, 1, undefined, 3]);
    expect(seen.call(undefined)).toEqual([undefined]);
  });

  test('takes arrays, maps, sets, strings and array iterators for plain values', () => {
    const iterator = [1][Symbol.iterator]();
    for (const value of [[1], new Map([[1, 2]]), new Set([1]), 'text', iterator, null, Symbol.iterator]) {
      expect(instrumentFunction(() => value, 'plain')()).toBe(value);
    }
    expect(recording.current.ended).toHaveLength(7);
    expect(recording.current.operations.every((operation) => !operation.streaming)).toBe(true);
    expect(iterator.next()).toEqual({ done: false, value: 1 });
  });

  test('does not run getters of the result, but for one look at then', () => {
    const reads: PropertyKey[] = [];
    const result = new Proxy(
      {},
      {
        get(target, key, receiver) {
          reads.push(key);
          return Reflect.get(target, key, receiver);
        },
      },
    );
    expect(instrumentFunction(() => result)()).toBe(result);
    expect(reads).toEqual(['then']);
  });

  test('survives a result whose traps throw', () => {
    const trap = (): never => {
      throw new Error('trap');
    };
    const hostile = new Proxy(
      {},
      { get: trap, has: trap, getPrototypeOf: trap, getOwnPropertyDescriptor: trap },
    );
    expect(instrumentFunction(() => hostile)()).toBe(hostile);
    expect(recording.current.outcomes).toEqual(['none']);
  });

  test('calls the function even where it has an apply of its own, or none', () => {
    const odd = Object.assign(() => 'called', { apply: () => 'not this', call: () => 'nor this' });
    const bare = Object.setPrototypeOf(() => 'called', null);
    for (const fn of [odd, bare]) {
      expect(instrumentFunction(fn, 'odd')()).toBe('called');
      expect(instrumentFunction(fn, { name: 'odd', classify: () => 'ok' })()).toBe('called');
    }
  });
});

describe('new', () => {
  test('constructs the function itself, unobserved', () => {
    function Point(this: { x: number }, x: number): void {
      this.x = x;
    }
    const Wrapped = instrumentFunction(Point);
    const point: object = Reflect.construct(Wrapped, [3]);
    expect(point).toEqual({ x: 3 });
    expect(point).toBeInstanceOf(Point);
    expect(recording.current.begun).toBe(0);
  });

  test('fails for an arrow function as it always does', () => {
    expect(() =>
      Reflect.construct(
        instrumentFunction(() => 1),
        [],
      ),
    ).toThrow(TypeError);
  });
});

describe('mode disabled', () => {
  test('records nothing, asks nobody, and leaves results untouched', () => {
    uninstalls.push(installRuntime({ disabled: true, tracing: { enabled: true, parentBased: true } }));
    const promise = Promise.resolve(1);
    const asked: string[] = [];
    const options = {
      attributes: () => void asked.push('attributes') as undefined,
      classify: () => {
        asked.push('classify');
        return 'ok';
      },
    };
    expect(instrumentFunction(() => promise, options)()).toBe(promise);
    const generate = instrumentFunction(function* () {
      yield 1;
    }, options);
    const generator = generate();
    expect(Object.getPrototypeOf(generator)).toBe(generate.prototype);
    expect([...generator]).toEqual([1]);
    const stream = new ReadableStream();
    expect(instrumentFunction(() => stream, options)()).toBe(stream);
    expect(recording.current.operations).toEqual([]);
    expect(asked).toEqual([]);
  });

  test('can be left and entered while the process runs', () => {
    const work = instrumentFunction(() => 1, 'work');
    const enable = installRuntime({ disabled: true });
    work();
    enable();
    work();
    expect(recording.current.begun).toBe(1);
  });
});

describe('installing another recorder', () => {
  test('moves functions that were called before, and calls in flight end where they began', async () => {
    let finish = (): void => {};
    const work = instrumentFunction(() => new Promise<void>((resolve) => (finish = resolve)), 'moved');
    const running = work();
    const finishFirst = finish;
    const next = new Recording();
    uninstalls.push(installRuntime({ recorder: next }));
    const second = work();
    expect(recording.current.active).toBe(1);
    expect(next.active).toBe(1);
    finishFirst();
    await running;
    expect(recording.current.outcomes).toEqual(['none']);
    expect(next.outcomes).toEqual([]);
    finish();
    await second;
    expect(next.outcomes).toEqual(['none']);
  });
});

describe('a recorder at fault', () => {
  const broken: OperationRecorder = {
    begin: () => boom(),
    end: () => boom(),
    ignore: () => boom(),
    firstItem: () => boom(),
    items: () => boom(),
  };
  const boom = (): never => {
    throw new Error('the recorder is broken');
  };

  test('never reaches the caller, whatever part of it throws, and is told to diag once', async () => {
    const faults = faultsOfDiag();
    const half = { ...broken, begin: () => undefined };
    for (const operation of [broken, half]) {
      uninstalls.push(installRuntime({ recorder: { operation: () => operation } }));
      for (let round = 0; round < 3; round++) {
        expect(instrumentFunction(() => 1, 'broken.sync')()).toBe(1);
        expect(await instrumentFunction(async () => 2, 'broken.async')()).toBe(2);
        const generate = instrumentFunction(function* () {
          yield 3;
        }, 'broken.generator');
        expect([...generate()]).toEqual([3]);
        expect(instrumentFunction(() => 4, { name: 'broken.ignored', classify: () => 'ignored' })()).toBe(4);
        const error = new TypeError('of the user');
        const fails = instrumentFunction(() => {
          throw error;
        }, 'broken.fails');
        expect(fails).toThrow(error);
      }
    }
    expect(faults.length).toBeGreaterThan(0);
    expect(new Set(faults).size).toBe(faults.length);
  });

  test('that cannot open the operation is asked again only with the next generation', () => {
    faultsOfDiag();
    let asked = 0;
    const recorder = {
      operation: (): never => {
        asked++;
        return boom();
      },
    };
    uninstalls.push(installRuntime({ recorder }));
    const work = instrumentFunction(() => 1, 'unopened');
    expect([work(), work()]).toEqual([1, 1]);
    expect(asked).toBe(1);
  });
});
