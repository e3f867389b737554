import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { countOf, followed, Told } from './told.ts';

const reasons: unknown[] = [];
const note = (reason: unknown): void => void reasons.push(reason);
let others: NodeJS.UnhandledRejectionListener[] = [];

beforeEach(() => {
  reasons.length = 0;
  others = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection');
  process.on('unhandledRejection', note);
});
afterEach(() => {
  process.off('unhandledRejection', note);
  for (const listener of others) process.on('unhandledRejection', listener);
});

/** Until Node.js has reported all that is unhandled by now: it does so between two turns. */
const reported = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a promise that is returned again', () => {
  const error = new Error('gone');

  test('is answered with the same promise, and tells each call how it settles', async () => {
    const [first, second, late] = [new Told(), new Told(), new Told()];
    const promise = Promise.resolve('rows');
    const answer = followed(first, promise);
    expect(followed(second, promise)).toBe(answer);
    expect(await answer).toBe('rows');
    expect(followed(late, promise)).toBe(answer);
    await answer;
    expect([first.said, second.said, late.said]).toEqual(Array(3).fill(['succeed rows']));
  });

  test('is handled for all when one of them handles it', async () => {
    for (const handler of [0, 1]) {
      const calls = [new Told(), new Told()];
      const promise = Promise.reject(error);
      const answers = calls.map((call) => followed(call, promise));
      answers[handler]?.catch(() => {});
      await reported();
      expect(calls.map((call) => call.said)).toEqual(Array(2).fill(['fail gone']));
    }
    expect(reasons).toEqual([]);
  });

  test('is reported once when none of them handles it', async () => {
    const promise = Promise.reject(error);
    for (const call of [new Told(), new Told()]) followed(call, promise);
    await vi.waitFor(() => expect(reasons).toEqual([error]));
    await reported();
    expect(reasons).toEqual([error]);
  });

  test('of a web stream gives the same stream', async () => {
    const [first, second] = [new Told(), new Told()];
    const promise = Promise.resolve(ReadableStream.from(['a', 'b']));
    const stream = await followed(first, promise);
    expect(await followed(second, promise)).toBe(stream);
    expect(second.said).toEqual(['succeed undefined']);
    expect(await countOf(stream)).toBe(2);
    expect(first.said).toEqual(['item', 'item', 'succeed undefined']);
  });

  test('by an async function is taken for another, since it never is the same', async () => {
    const [first, second] = [new Told(), new Told()];
    const promise = Promise.resolve('rows');
    const [one, other] = [first, second].map((call) =>
      followed(Object.assign(call, { isAsync: true }), promise),
    );
    expect(one).not.toBe(other);
    expect(await Promise.all([one, other])).toEqual(['rows', 'rows']);
    expect([first.said, second.said]).toEqual(Array(2).fill(['succeed rows']));
  });
});
