import { diag } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { instrumentFunction } from '../src/index.ts';
import { settle, useRecording } from './recording.ts';

const recording = useRecording();
const faults: string[] = [];
beforeEach(() => {
  faults.length = 0;
  const silent = (): void => {};
  const error = (message: string): number => faults.push(message);
  diag.setLogger({ error, warn: silent, info: silent, debug: silent, verbose: silent });
});
afterEach(() => diag.disable());

function thrower(error: unknown): () => never {
  return () => {
    throw error;
  };
}

describe('classify', () => {
  test('gets the awaited result or the error, and decides the outcome', async () => {
    const seen: unknown[] = [];
    const classify = (result: unknown, error: unknown): string => {
      seen.push([result, error]);
      return error === undefined ? 'error' : 'ok';
    };
    await instrumentFunction(async () => 404, { name: 'classify.value', classify })();
    const error = new Error('expected');
    expect(instrumentFunction(thrower(error), { name: 'classify.error', classify })).toThrow(error);
    expect(seen).toEqual([
      [404, undefined],
      [undefined, error],
    ]);
    expect(recording.current.ended).toMatchObject([
      { success: false, errorType: 'Error' },
      { success: true, errorType: 'none' },
    ]);
  });

  test('may cancel, leave out, or say a word of its own', () => {
    for (const word of ['cancelled', 'ignored', 'miss']) {
      instrumentFunction(() => 1, { name: 'classify.words', classify: () => word })();
    }
    const missing = { name: 'classify.words', classify: (): string => 'miss' };
    expect(instrumentFunction(thrower('gone'), missing)).toThrow('gone');
    expect(recording.current.ignored).toBe(1);
    expect(recording.current.ended).toMatchObject([
      { success: false, errorType: 'cancelled' },
      { success: true, errorType: 'miss' },
      { success: false, errorType: 'miss' },
    ]);
  });

  test('is told that something was thrown, whatever it was, and may leave the outcome to the default', async () => {
    const seen: unknown[] = [];
    const classify = (result: unknown, error: unknown, thrown: boolean): string | undefined => {
      seen.push([error, thrown]);
      return result === 0 ? 'free' : undefined;
    };
    const price = instrumentFunction((cents: number) => cents, { name: 'classify.default', classify });
    expect([price(0), price(1)]).toEqual([0, 1]);
    const nothings = [undefined, null, 0, ''];
    const abort = new DOMException('aborted', 'AbortError');
    for (const error of [...nothings, abort]) {
      const fails = instrumentFunction(async () => Promise.reject(error), {
        name: 'classify.default',
        classify,
      });
      await expect(fails()).rejects.toBe(error);
    }
    expect(seen).toEqual([
      [undefined, false],
      [undefined, false],
      ...[...nothings, abort].map((error) => [error, true]),
    ]);
    expect(recording.current.ended.map(({ success, errorType }) => [success, errorType])).toEqual([
      [true, 'free'],
      [true, 'none'],
      [false, 'undefined'],
      [false, 'null'],
      [false, 'number'],
      [false, 'string'],
      [false, 'cancelled'],
    ]);
    expect(faults).toEqual([]);
  });

  test('may say 20 words, the rest is other', () => {
    let n = 0;
    const work = instrumentFunction(() => 1, { name: 'classify.many', classify: () => `word-${n++}` });
    for (let i = 0; i < 22; i++) work();
    expect(recording.current.outcomes.slice(19)).toEqual(['word-19', 'other', 'other']);
  });

  test('gives way to the default when it throws or says no word, and diag hears of it once', async () => {
    const answers: unknown[] = [null, 7, '', Promise.reject(new Error('async'))];
    const classify = (): string => answers.shift() as string;
    const work = instrumentFunction(() => 1, { name: 'classify.rubbish', classify });
    for (let i = 0; i < 4; i++) work();
    const throwing = instrumentFunction(thrower(new TypeError()), {
      name: 'classify.throws',
      classify: thrower(new Error('classify')),
    });
    for (let i = 0; i < 3; i++) expect(throwing).toThrow(TypeError);
    await settle();
    expect(recording.current.outcomes).toEqual([
      ...['none', 'none', 'none', 'none'],
      ...['TypeError', 'TypeError', 'TypeError'],
    ]);
    expect(faults).toHaveLength(2);
  });
});

test('an abort is cancelled by default', async () => {
  const signal = AbortSignal.abort();
  const work = instrumentFunction(async () => signal.throwIfAborted(), 'aborted');
  await expect(work()).rejects.toBe(signal.reason);
  expect(recording.current.ended).toMatchObject([{ success: false, errorType: 'cancelled' }]);
});

describe('attributes', () => {
  test('reach the metrics only where metricAttributes lists them', async () => {
    const price = instrumentFunction(async (order: { currency: string; id: string }) => order.id.length, {
      name: 'attributes.listed',
      attributes: ([order], result) => ({ currency: order.currency, id: order.id, result: result ?? -1 }),
      metricAttributes: ['currency', 'absent'],
    });
    expect(await price({ currency: 'EUR', id: 'abc' })).toBe(3);
    expect(recording.current.ended[0]?.attributes).toEqual({ currency: 'EUR' });
  });

  test('are not asked for where nothing would keep them', () => {
    let asked = 0;
    const attributes = (): undefined => {
      asked++;
    };
    instrumentFunction(() => 1, { name: 'attributes.unasked', attributes })();
    expect(asked).toBe(0);
  });

  test('of a failed call are asked for without a result', () => {
    const fails = instrumentFunction(thrower(new Error()), {
      name: 'attributes.failed',
      attributes: (_args, result) => ({ result: String(result) }),
      metricAttributes: ['result'],
    });
    expect(fails).toThrow();
    expect(recording.current.ended[0]?.attributes).toEqual({ result: 'undefined' });
  });

  test('that throw, are async, or hide a throwing getter leave the call as it is', async () => {
    const bad = Object.defineProperty({}, 'key', { get: thrower(new Error('getter')), enumerable: true });
    const callbacks = [
      thrower(new Error('attributes')),
      async () => Promise.reject(new Error('async')),
      () => bad,
    ];
    for (const attributes of callbacks) {
      const options = {
        name: 'attributes.bad',
        attributes: attributes as unknown as () => undefined,
        metricAttributes: ['key'],
      };
      expect(instrumentFunction(() => 1, options)()).toBe(1);
    }
    await settle();
    expect(recording.current.outcomes).toEqual(['none', 'none', 'none']);
    expect(recording.current.ended.map((call) => call.attributes)).toEqual([undefined, undefined, undefined]);
    expect(faults).toHaveLength(3);
  });
});

test('of what a callback returns or throws by mistake, diag is told the type and not the content', () => {
  const body = { user: 'ada', password: 'hunter2' };
  const options = [
    { name: 'told.word', classify: () => body },
    { name: 'told.attributes', attributes: () => 'hunter2', metricAttributes: ['user'] },
    {
      name: 'told.thrown',
      classify: thrower(body),
      attributes: thrower('hunter2'),
      metricAttributes: ['user'],
    },
  ];
  for (const each of options) expect(instrumentFunction(() => 1, each as object)()).toBe(1);
  expect(faults.map((fault) => fault.split('failed: ')[1])).toEqual([
    'it returned a value of the type object',
    'it returned a value of the type string',
    'it threw a value of the type object',
    'it threw a value of the type string',
  ]);
});

test('options reach the description of the operation', () => {
  instrumentFunction(() => 1, {
    name: 'described',
    labels: { tier: 'gold' },
    unit: 'ms',
    buckets: [1, 10],
    slo: { target: 0.999, latency: '250ms' },
  })();
  expect(recording.current.operations).toEqual([
    {
      name: 'described',
      function: 'described',
      labels: { tier: 'gold' },
      unit: 'ms',
      buckets: [1, 10],
      slo: { target: 0.999, latencyMillis: 250 },
      streaming: false,
    },
  ]);
});
