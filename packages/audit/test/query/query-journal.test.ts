import { appendFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { InstrumentError } from '@org/instrument-core';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { AuditEntry, EntryContent } from '../../src/operation/entry.ts';
import { checkQuery } from '../../src/query/check-query.ts';
import { matches } from '../../src/query/matches.ts';
import type { AuditQuery } from '../../src/query/query.ts';
import { pageOf, queryJournal } from '../../src/query/query-journal.ts';
import { openSubjectKeys } from '../../src/subjects/open-subject-keys.ts';
import type { Unsealer } from '../../src/subjects/read-subject-keys.ts';
import { reveal } from '../../src/subjects/reveal.ts';
import { type BuiltJournal, buildJournal, content, contents } from '../journal-builder.ts';
import { temporaryDirectory } from '../subjects/directory.ts';

async function all(directory: string, query?: AuditQuery, keys?: Unsealer): Promise<AuditEntry[]> {
  const entries: AuditEntry[] = [];
  for await (const entry of queryJournal(directory, query, keys)) entries.push(entry);
  return entries;
}

/** All pages of a query, one after the other. */
async function paged(directory: string, query: AuditQuery, keys?: Unsealer): Promise<AuditEntry[]> {
  const entries: AuditEntry[] = [];
  let page = await pageOf(directory, query, keys);
  entries.push(...page.entries);
  for (let i = 0; page.next !== undefined && i < 1_000; i++) {
    page = await pageOf(directory, { ...query, cursor: page.next }, keys);
    expect(page.entries.length).toBeGreaterThan(0);
    entries.push(...page.entries);
  }
  return entries;
}

// Few and hostile, so that they meet: quotes and backslashes, what JSON escapes, and what looks like JSON.
const word = fc.constantFrom(
  'a',
  'b',
  'a"b',
  'a\\',
  '\\u0061',
  'é',
  'e\u0301',
  '\u2028\n\t\u0001',
  '"id":"a"',
  '😀',
);
const traceId = fc.constantFrom('a'.repeat(32), 'b'.repeat(32), `${'0'.repeat(31)}c`);
const action = fc.constantFrom('orders', 'orders.place', 'orders.refund', 'order', 'users.add');
const outcome = fc.constantFrom('success', 'failure', 'cancelled', 'denied', 'unknown');
const dataset = fc.record({ namespace: word, name: word });
const some = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined });

interface Draft {
  readonly content: Omit<EntryContent, 'time'>;
  readonly isPersonal: boolean;
  readonly gapMillis: number;
}

const draft: fc.Arbitrary<Draft> = fc.record({
  content: fc.record(
    {
      action,
      actor: fc.record({ id: word, name: word }),
      attributes: fc.dictionary(word, word),
      correlation: fc.record({ traceId, tenant: word, requestId: word, spanId: word }, { requiredKeys: [] }),
      inputs: fc.array(dataset, { maxLength: 2 }),
      outcome,
      outputs: fc.array(dataset, { maxLength: 2 }),
      target: fc.record({ id: word }),
    },
    { requiredKeys: ['action'] },
  ) as fc.Arbitrary<Omit<EntryContent, 'time'>>,
  isPersonal: fc.boolean(),
  gapMillis: fc.nat(3),
});

const oneOrMore = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | T[] | undefined> =>
  some(fc.oneof(arbitrary, fc.array(arbitrary, { minLength: 1, maxLength: 3 })));

const START = Date.UTC(2026, 10, 25);
const query = fc.record({
  from: some(fc.nat(40).map((millis) => START + millis)),
  to: some(fc.nat(60).map((millis) => new Date(START + millis).toISOString())),
  actor: oneOrMore(word),
  action: oneOrMore(fc.oneof(action, fc.constantFrom('orders.*', '*', 'nobody.*'))),
  target: oneOrMore(word),
  outcome: oneOrMore(outcome) as fc.Arbitrary<AuditQuery['outcome']>,
  traceId: some(
    fc.oneof(
      traceId,
      traceId.map((id) => id.toUpperCase()),
    ),
  ),
  tenant: some(word),
  requestId: some(word),
  dataset: some(dataset),
  order: some(fc.constantFrom('ascending' as const, 'descending' as const)),
});
/** Of all filters a few: with all of them nothing is ever found. */
const sparse = fc
  .tuple(
    query,
    fc.uniqueArray(
      fc.constantFrom(
        'from',
        'to',
        'actor',
        'action',
        'target',
        'outcome',
        'traceId',
        'tenant',
        'requestId',
        'dataset',
        'order',
      ),
      { maxLength: 3 },
    ),
  )
  .map(
    ([filters, kept]): AuditQuery =>
      Object.fromEntries(Object.entries(filters).filter(([key]) => (kept as string[]).includes(key))),
  );

describe('a query', () => {
  it('finds what filtering every entry by hand finds, in pages as in one go, with keys and without', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(draft, { maxLength: 12 }), { minLength: 1, maxLength: 4 }),
        fc.array(sparse, { minLength: 4, maxLength: 4 }),
        fc.integer({ min: 1, max: 7 }),
        async (drafts, queries, limit) => {
          const directory = temporaryDirectory();
          const keys = openSubjectKeys(directory);
          let now = START;
          const segments = drafts.map((segment) =>
            segment.map(({ content: plain, isPersonal, gapMillis }): EntryContent => {
              now += gapMillis;
              const time = new Date(now).toISOString();
              if (!isPersonal) return { ...plain, time };
              const seal = (id: unknown) => keys.seal('person', JSON.stringify(id));
              const { actor, target } = plain;
              return {
                ...plain,
                ...(actor && { actor: { ...actor, id: seal(actor.id) } }),
                ...(target && { target: { ...target, id: seal(target.id) } }),
                time,
              };
            }),
          );
          const { leaves } = buildJournal(directory, { segments });
          const entries = segments
            .flat()
            .map((entry, index): AuditEntry => ({ ...entry, index, hash: leaves[index] ?? '' }));
          for (const each of queries) {
            for (const held of [undefined, keys]) {
              const checked = checkQuery(each, false);
              const expected = entries
                .map((entry) => (held === undefined ? entry : reveal(entry, held)))
                .filter(
                  (entry) =>
                    matches(entry, checked) &&
                    Date.parse(entry.time) >= (checked.fromMillis ?? 0) &&
                    Date.parse(entry.time) < (checked.toMillis ?? Number.POSITIVE_INFINITY),
                );
              if (each.order === 'descending') expected.reverse();
              expect(await all(directory, each, held)).toEqual(expected);
              expect(await all(directory, { ...each, limit }, held)).toEqual(expected.slice(0, limit));
              expect(await paged(directory, { ...each, limit }, held)).toEqual(expected);
            }
          }
          keys.close();
        },
      ),
      { numRuns: 60, endOnFailure: true },
    );
  }, 60_000);

  it('finds one entry among many blocks', async () => {
    const rare = content(4_567, { correlation: { traceId: 'f'.repeat(32) } });
    const entries = [...contents(4_567), rare, ...contents(3_000, 4_568)];
    const { directory } = buildJournal(temporaryDirectory(), {
      segments: [entries.slice(0, 4_000), entries.slice(4_000)],
    });
    for (const order of ['ascending', 'descending'] as const) {
      const found = await all(directory, { traceId: 'f'.repeat(32), order });
      expect(found.map(({ index }) => index)).toEqual([4_567]);
      const many = await all(directory, { actor: ['user:1', 'user:4567', 'user:7000'], order });
      expect(many.map(({ index }) => index).sort((a, b) => a - b)).toEqual([1, 4_567, 7_000]);
    }
  });

  it('does not show or find what belongs to a person whose key was erased', async () => {
    const directory = temporaryDirectory();
    const keys = openSubjectKeys(directory);
    onTestFinished(() => keys.close());
    const sealed = content(0, { actor: { id: keys.seal('ada', '"user:ada"') } });
    const { leaves } = buildJournal(directory, { segments: [[sealed]] });
    const [found] = await all(directory, { actor: 'user:ada' }, keys);
    expect([found?.actor?.id, found?.hash]).toEqual(['user:ada', leaves[0]]);
    expect(await all(directory, { actor: 'user:ada' })).toEqual([]);
    await keys.erase('ada');
    expect(await all(directory, { actor: 'user:ada' }, keys)).toEqual([]);
    expect((await all(directory, {}, keys))[0]?.actor).toEqual(sealed.actor);
  });

  it('stops reading when nobody wants more', async () => {
    const { directory } = buildJournal(temporaryDirectory(), { segments: [contents(10)] });
    for await (const { index } of queryJournal(directory)) if (index === 3) break;
    const iterator = queryJournal(directory);
    expect((await iterator.next()).value).toMatchObject({ index: 0 });
    expect((await iterator.return()).done).toBe(true);
    expect((await iterator.next()).done).toBe(true);
  });
});

describe('a cursor', () => {
  function grow({ directory, files }: BuiltJournal, index: number): void {
    const line = JSON.stringify({ entry: content(index), index, prev: '' });
    appendFileSync(join(directory, 'segments', files.at(-1) ?? ''), `${line}\n`);
  }

  it('stays where it is while the journal grows', async () => {
    const journal = buildJournal(temporaryDirectory(), { segments: [contents(3), contents(3, 3)] });
    for (const order of ['ascending', 'descending'] as const) {
      const first = await pageOf(journal.directory, { order, limit: 4 });
      grow(journal, order === 'ascending' ? 6 : 7);
      const second = await pageOf(journal.directory, { order, limit: 4, cursor: first.next });
      const indexes = [...first.entries, ...second.entries].map(({ index }) => index);
      expect(indexes).toEqual(order === 'ascending' ? [0, 1, 2, 3, 4, 5, 6] : [6, 5, 4, 3, 2, 1, 0]);
    }
  });

  it('goes on with what is kept when retention has removed its place', async () => {
    const { directory, files } = buildJournal(temporaryDirectory(), {
      segments: [contents(3), contents(3, 3), contents(3, 6)],
    });
    const up = await pageOf(directory, { limit: 1 });
    const down = await pageOf(directory, { limit: 5, order: 'descending' });
    for (const file of files.slice(0, 2)) rmSync(join(directory, 'segments', file));
    const next = await pageOf(directory, { cursor: up.next });
    expect(next.entries.map(({ index }) => index)).toEqual([6, 7, 8]);
    expect(await pageOf(directory, { order: 'descending', cursor: down.next })).toEqual({
      entries: [],
      next: undefined,
    });
  });

  it('is refused by another query, and when it is rubbish', async () => {
    const { directory } = buildJournal(temporaryDirectory(), { segments: [contents(9)] });
    const { next } = await pageOf(directory, { limit: 2, actor: ['user:1', 'user:2', 'user:3'] });
    await expect(pageOf(directory, { cursor: next })).rejects.toThrow('the cursor of another query');
    await expect(
      pageOf(directory, { cursor: next, order: 'descending', actor: ['user:1', 'user:2', 'user:3'] }),
    ).rejects.toThrow('the cursor of another query');
    for (const cursor of [
      '',
      'AAAA',
      7,
      {},
      Buffer.from('1.99999999999999999.AAAAAAAA').toString('base64url'),
    ]) {
      await expect(pageOf(directory, { cursor: cursor as string })).rejects.toMatchObject({
        code: 'INSTRUMENT_INVALID_ARGUMENT',
      });
    }
  });
});

describe('a wrong query', () => {
  it('is refused at once with all that is wrong', () => {
    const wrong = {
      from: 'yesterday',
      to: Number.NaN,
      actor: ['', 7],
      action: 'a*b',
      target: [],
      traceId: 1,
      outcome: ['success', 'sucess'],
      dataset: { name: 'x' },
      order: 'up',
      limit: 0,
      actr: 'x',
    } as unknown as AuditQuery;
    let problems: string[] = [];
    try {
      queryJournal('nowhere', wrong);
    } catch (error) {
      problems = (error as { problems: { path: string }[] }).problems.map(({ path }) => path);
    }
    expect(problems.sort()).toEqual([
      'action',
      'actor[0]',
      'actor[1]',
      'actr',
      'dataset',
      'from',
      'limit',
      'order',
      'outcome[1]',
      'target',
      'to',
      'traceId',
    ]);
    for (const none of [null, 7, [], 'x']) {
      expect(() => queryJournal('nowhere', none as unknown as AuditQuery)).toThrow('an object of filters');
    }
  });

  it('is one that no entry could match, which says how it could', () => {
    const fixOf = (query: AuditQuery): string | undefined => {
      try {
        queryJournal('nowhere', query);
      } catch (error) {
        const [problem] = (error as InstrumentError).problems;
        return `${problem?.path}: ${problem?.expected}. ${problem?.fix ?? ''}`;
      }
      return undefined;
    };
    for (const action of [
      'orders.a,orders.b',
      'ord*ers',
      'a b',
      '.a',
      'a..b',
      'a.',
      '..*',
      'a,*',
      'x'.repeat(129),
    ]) {
      expect(fixOf({ action })).toMatch(
        /^action: an action, or the beginning of one with a star: orders\.\*\./,
      );
    }
    expect(fixOf({ action: 'orders.a,orders.b' })).toMatch(/Name each by itself/);
    expect(fixOf({ action: ['a', 'b;c'] })).toMatch(/^action\[1\]: /);
    expect(fixOf({ outcome: 'denied,failure' as 'denied' })).toMatch(/Name each by itself/);
    for (const traceId of ['zz', '', 'a'.repeat(31), '0'.repeat(32)]) {
      expect(fixOf({ traceId })).toBe('traceId: 32 hexadecimal digits, not all of them 0. ');
    }
    for (const action of ['orders*', 'orders.*', '*', 'audit.*', 'ORDERS.A', 'a-b_c.9']) {
      expect(fixOf({ action })).toBeUndefined();
    }
    expect(fixOf({ actor: 'Lovelace, Ada', target: 'a,b', tenant: 'a,b' })).toBeUndefined();
  });

  it('may not ask for pages of more than 10,000', async () => {
    await expect(pageOf('nowhere', { limit: 10_001 })).rejects.toThrow('from 1 to 10000');
    expect(() => queryJournal('nowhere', { limit: 10_001 })).not.toThrow();
  });
});
