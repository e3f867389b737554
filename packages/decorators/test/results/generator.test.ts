import { describe, expect, test } from 'vitest';
import { instrumentFunction } from '../../src/index.ts';
import { useRecording } from '../recording.ts';

const recording = useRecording();

describe('a generator', () => {
  test('runs nothing before its first step, and ends with its last', () => {
    let started = false;
    const generate = instrumentFunction(function* (n: number) {
      started = true;
      for (let i = 0; i < n; i++) yield i;
      return 'done';
    });
    const generator = generate(2);
    expect(started).toBe(false);
    expect(recording.current.operations[0]?.streaming).toBe(true);
    expect(generator.next()).toEqual({ value: 0, done: false });
    expect(recording.current.firstItems).toHaveLength(1);
    generator.next();
    expect(recording.current.active).toBe(1);
    expect(generator.next()).toEqual({ value: 'done', done: true });
    expect(recording.current.outcomes).toEqual(['none']);
    expect(recording.current.items).toEqual([2]);
    expect(recording.current.firstItems).toHaveLength(1);
    expect(generator.next()).toEqual({ value: undefined, done: true });
    expect(recording.current.ended).toHaveLength(1);
  });

  test('left early ends well, and its finally blocks run', () => {
    let cleaned = 0;
    const generate = instrumentFunction(function* () {
      try {
        yield 1;
        yield 2;
      } finally {
        cleaned++;
      }
    });
    for (const _ of generate()) break;
    expect(cleaned).toBe(1);
    expect(recording.current.outcomes).toEqual(['none']);
    expect(recording.current.items).toEqual([1]);
  });

  test('that throws ends with the class of the error', () => {
    const generate = instrumentFunction(function* () {
      yield 1;
      throw new RangeError('too far');
    });
    expect(() => [...generate()]).toThrow('too far');
    expect(recording.current.outcomes).toEqual(['RangeError']);
  });

  test('passes on what is thrown into it, and goes on when it catches that', () => {
    const generate = instrumentFunction(function* (): Generator<string, void, unknown> {
      try {
        yield 'first';
      } catch (error) {
        yield `caught ${error}`;
      }
    });
    const catching = generate();
    catching.next();
    expect(catching.throw('x').value).toBe('caught x');
    expect(recording.current.ended).toHaveLength(0);
    const notStarted = generate();
    expect(() => notStarted.throw(new TypeError('early'))).toThrow('early');
    expect(recording.current.outcomes).toEqual(['TypeError']);
    catching.return();
    expect(recording.current.outcomes).toEqual(['TypeError', 'none']);
  });

  test('gets what is sent to it, delegates with yield*, and shows no properties of its own', () => {
    const inner = instrumentFunction(function* () {
      const got: string = yield 'ask';
      return got.toUpperCase();
    });
    const outer = instrumentFunction(function* (): Generator<string, string, string> {
      return yield* inner();
    });
    const generator = outer();
    expect(Reflect.ownKeys(generator)).toEqual([]);
    expect(Object.prototype.toString.call(generator)).toBe('[object Generator]');
    expect(generator[Symbol.iterator]()).toBe(generator);
    generator.next();
    expect(generator.next('answer')).toEqual({ done: true, value: 'ANSWER' });
    expect(recording.current.begun).toBe(2);
    expect(recording.current.ended).toHaveLength(2);
  });

  test('that passes two instrumented functions is measured by both', () => {
    const inner = instrumentFunction(function* () {
      yield 1;
      yield 2;
    }, 'inner');
    const outer = instrumentFunction(() => inner(), 'outer');
    expect([...outer()]).toEqual([1, 2]);
    expect(recording.current.ended.map((call) => call.operation).sort()).toEqual(['inner', 'outer']);
    expect(recording.current.items).toEqual([2, 2]);
  });

  test('tells classify and attributes what it returned', () => {
    const seen: unknown[] = [];
    const generate = instrumentFunction(
      function* (_limit: number) {
        yield 1;
        return 'total';
      },
      {
        classify: (result) => {
          seen.push(result);
          return 'ok';
        },
        attributes: ([limit], result) => ({ limit, result: result ?? '' }),
        metricAttributes: ['limit', 'result'],
      },
    );
    expect([...generate(5)]).toEqual([1]);
    expect(seen).toEqual(['total']);
    expect(recording.current.ended[0]?.attributes).toEqual({ limit: 5, result: 'total' });
  });
});

describe('an async generator', () => {
  const count = instrumentFunction(async function* (n: number) {
    for (let i = 0; i < n; i++) yield i;
  });

  test('gives its items, and ends with the last', async () => {
    const items: number[] = [];
    for await (const item of count(3)) items.push(item);
    expect(items).toEqual([0, 1, 2]);
    expect(recording.current.outcomes).toEqual(['none']);
    expect(recording.current.items).toEqual([3]);
  });

  test('left early ends well', async () => {
    for await (const _ of count(3)) break;
    expect(recording.current.outcomes).toEqual(['none']);
    expect(recording.current.items).toEqual([1]);
  });

  test('answers steps asked for at once, in order', async () => {
    const generator = count(2);
    const steps = await Promise.all([generator.next(), generator.next(), generator.next()]);
    expect(steps.map((step) => step.value)).toEqual([0, 1, undefined]);
    expect(recording.current.ended).toHaveLength(1);
  });

  test('that throws rejects the step, and ends with the class of the error', async () => {
    const generate = instrumentFunction(async function* () {
      yield 1;
      throw new RangeError('too far');
    });
    const generator = generate();
    await generator.next();
    await expect(generator.next()).rejects.toThrow('too far');
    expect(recording.current.outcomes).toEqual(['RangeError']);
  });
});
