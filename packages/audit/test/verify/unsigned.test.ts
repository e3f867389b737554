import { cpSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { verifyJournal } from '../../src/verify/verify-journal.ts';
import { segmentsOf } from '../journal/segments-of.ts';
import { contents } from '../journal-builder.ts';
import { useAudits } from '../opened-audits.ts';
import { journals } from './bed.ts';

const audits = useAudits();
const build = journals();

async function closedJournal(origin = 'example.org/shop'): Promise<string> {
  const { audit, directory } = audits.open({ origin });
  for (let n = 0; n < 5; n++) audit.record({ action: 'orders.place', attributes: { n } });
  await audit.close();
  return directory;
}

describe('a journal that was closed', () => {
  test.each([
    ['removed', (file: string) => rmSync(file)],
    ['emptied', (file: string) => writeFileSync(file, '')],
  ] as const)('is not as it was when its checkpoints are %s', async (_, spoil) => {
    const directory = await closedJournal();
    expect((await verifyJournal(directory)).ok).toBe(true);
    spoil(join(directory, 'checkpoints'));
    expect(await verifyJournal(directory)).toMatchObject({
      ok: false,
      failures: [{ kind: 'removed', file: 'checkpoints' }],
    });
  });

  test('is not taken for another one, with the name and the key file of that, and without checkpoints', async () => {
    const real = await closedJournal();
    const key = readFileSync(join(real, 'key.pub'), 'utf8').trim();
    const forged = await closedJournal();
    cpSync(join(real, 'key.pub'), join(forged, 'key.pub'));
    rmSync(join(forged, 'checkpoints'));
    expect((await verifyJournal(real, { keys: [key] })).ok).toBe(true);
    expect(await verifyJournal(forged, { keys: [key] })).toMatchObject({
      ok: false,
      failures: [{ kind: 'bad-checkpoint', file: 'checkpoints' }],
    });
  });
});

test('the checkpoint of an empty journal vouches for no entry', async () => {
  // A process that begins a journal and ends signs it like that; whoever rewrites all of it can leave that one.
  const { directory, verifierKey } = build({ segments: [contents(5)], sealLast: true, checkpoints: [0] });
  expect(await verifyJournal(directory, { keys: [verifierKey] })).toMatchObject({
    ok: false,
    failures: [{ kind: 'bad-checkpoint', file: 'checkpoints' }],
  });
  expect(await verifyJournal(directory)).toMatchObject({
    ok: false,
    failures: [{ kind: 'removed', file: 'checkpoints' }],
  });
  const empty = build({ segments: [[]], checkpoints: [0] });
  expect(await verifyJournal(empty.directory, { keys: [empty.verifierKey] })).toMatchObject({ ok: true });
});

test.each([
  ['removed', (file: string) => rmSync(file)],
  ['cut to nothing', (file: string) => truncateSync(file)],
  ['cut to their header', (file: string) => writeFileSync(file, firstLineOf(file))],
] as const)(
  'a journal whose entries are %s, and its checkpoints removed, is no new one',
  async (_, spoil) => {
    const directory = await closedJournal();
    const key = readFileSync(join(directory, 'key.pub'), 'utf8').trim();
    for (const { path } of segmentsOf(directory)) spoil(path);
    rmSync(join(directory, 'checkpoints'));
    expect(await verifyJournal(directory, { keys: [key] })).toMatchObject({
      ok: false,
      failures: [{ kind: 'bad-checkpoint', file: 'checkpoints' }],
    });
    expect((await verifyJournal(directory)).notices.at(-1)).toMatch('There are no checkpoints');
    const again = audits.open({ directory });
    expect(again.seen('audit.recovered')).toMatchObject([{ size: 0 }]);
    expect(await again.entries()).toMatchObject([
      { index: 0, action: 'audit.journal.recovered', attributes: { entries: 0 } },
    ]);
  },
);

test('a journal without entries that was closed is as it was, and a new one goes on without a word', async () => {
  const { audit, directory, seen } = audits.open();
  await audit.close();
  const key = readFileSync(join(directory, 'key.pub'), 'utf8').trim();
  expect(await verifyJournal(directory, { keys: [key] })).toMatchObject({ ok: true, notices: [] });
  const again = audits.open({ directory });
  expect([...seen('audit.recovered'), ...again.seen('audit.recovered')]).toEqual([]);
});

function firstLineOf(file: string): string {
  return `${readFileSync(file, 'utf8').split('\n')[0]}\n`;
}

test('a journal that has just been begun has no checkpoint yet, and that is no fault', async () => {
  const { audit, directory } = audits.open();
  await audit.record({ action: 'orders.place' }).durable;
  expect(await verifyJournal(directory)).toMatchObject({
    ok: true,
    checkpoints: 0,
    notices: [expect.any(String)],
  });
  const left = audits.directory();
  cpSync(directory, left, { recursive: true });
  rmSync(join(left, 'lock'));
  expect((await verifyJournal(left)).ok).toBe(true);
});
