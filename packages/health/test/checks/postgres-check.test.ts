import { expect, test } from 'vitest';
import { postgresCheck } from '../../src/checks/index.ts';
import { problemsOf, runCheck, untyped } from './run-check.ts';

// Pools and clients of pg are checked against a real server in test/e2e.

test('the query is run, SELECT 1 unless said otherwise', async () => {
  const asked: string[] = [];
  const database = { query: (text: string) => asked.push(text) };
  expect(await runCheck(postgresCheck(database))).toMatchObject({ status: 'healthy' });
  await runCheck(postgresCheck(database, { query: 'SELECT now()' }));
  expect(asked).toEqual(['SELECT 1', 'SELECT now()']);
});

test('what the database throws is thrown, synchronously or not', async () => {
  const fail = () => {
    throw new Error('password authentication failed');
  };
  await expect(runCheck(postgresCheck({ query: fail }))).rejects.toThrow('password authentication failed');
  await expect(runCheck(postgresCheck({ query: async () => fail() }))).rejects.toThrow('password');
});

test('without answers no more than three queries are sent', async () => {
  let asked = 0;
  const check = postgresCheck({
    query: () => {
      asked++;
      return new Promise(() => {});
    },
  });
  for (let i = 0; i < 6; i++) {
    const controller = new AbortController();
    const run = runCheck(check, controller.signal);
    controller.abort();
    await expect(run).rejects.toThrow('No answer');
  }
  expect(asked).toBe(3);
});

test('what is no database is refused', () => {
  const { paths } = problemsOf(() => postgresCheck(untyped(null), { query: '', degradedAbove: 'x' }));
  expect(paths).toEqual(['database', 'query', 'degradedAbove']);
});
