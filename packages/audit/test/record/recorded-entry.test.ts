import { expect, test } from 'vitest';
import { PendingEntry } from '../../src/record/recorded-entry.ts';

test('is durable once it is said to be, asked for before or after', async () => {
  const entry = new PendingEntry(3, 'hash');
  const early = entry.durable;
  expect(entry.durable).toBe(early);
  entry.resolve();
  entry.reject(new Error('too late'));
  await early;
  const late = new PendingEntry(3, 'hash');
  late.resolve();
  await late.durable;
  expect([entry.index, entry.hash]).toEqual([3, 'hash']);
});

test('rejects what will never be on disk, and nobody need see it', async () => {
  const unhandled: unknown[] = [];
  const listener = (error: unknown): void => void unhandled.push(error);
  process.on('unhandledRejection', listener);
  const error = new Error('shed');
  const entry = new PendingEntry();
  void entry.durable;
  entry.reject(error);
  const other = new PendingEntry();
  other.reject(error);
  void other.durable;
  await new Promise((resolve) => setTimeout(resolve, 5));
  process.off('unhandledRejection', listener);
  expect(unhandled).toEqual([]);
  await expect(entry.durable).rejects.toBe(error);
  await expect(other.durable).rejects.toBe(error);
});

test('has no place until it is given one, or is another entry', async () => {
  const entry = new PendingEntry();
  expect([entry.index, entry.hash]).toEqual([undefined, undefined]);
  entry.settle(1, 'one');
  expect([entry.index, entry.hash]).toEqual([1, 'one']);

  const asked = new PendingEntry();
  const durable = asked.durable;
  const unasked = new PendingEntry();
  const real = new PendingEntry(7, 'seven');
  asked.follow(real);
  unasked.follow(real);
  expect([asked.index, unasked.hash]).toEqual([7, 'seven']);
  real.resolve();
  await Promise.all([durable, asked.durable, unasked.durable]);
});

test('one that was lost stays lost', async () => {
  const entry = new PendingEntry();
  const error = new Error('shed');
  entry.reject(error);
  entry.follow(new PendingEntry(7, 'seven'));
  expect(entry.index).toBeUndefined();
  await expect(entry.durable).rejects.toBe(error);
});
