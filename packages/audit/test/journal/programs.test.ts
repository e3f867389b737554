import { truncateSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { OpenOperation } from '../../src/audit.ts';
import type { EntryContent, RecordedEntry } from '../../src/operation/entry.ts';
import { verifyJournal } from '../../src/verify/verify-journal.ts';
import { type OpenedAudit, useAudits } from '../opened-audits.ts';
import { crashCopy } from './crash-copy.ts';
import { segmentsOf } from './segments-of.ts';

const audits = useAudits();
const OPTIONS = { segmentBytes: 4_096, checkpointInterval: '1h' };

type Step =
  | { readonly do: 'record' | 'begin' | 'turn' | 'flush' | 'checkpoint' | 'close' }
  | { readonly do: 'end'; readonly which: number }
  | { readonly do: 'fill'; readonly entries: number }
  | { readonly do: 'crash'; readonly loses: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom<Step>({ do: 'record' }, { do: 'begin' }, { do: 'turn' }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('end' as const), which: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('fill' as const), entries: fc.nat(60) }) },
  { weight: 2, arbitrary: fc.constantFrom<Step>({ do: 'flush' }, { do: 'checkpoint' }, { do: 'close' }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('crash' as const), loses: fc.nat(2_000) }) },
);

/** What is known of a journal without looking into it. */
class Model {
  /** Entries that were acknowledged, by index. */
  readonly durable = new Map<number, string>();
  /** Operations that have begun, and not ended, for all that is known. */
  readonly open = new Map<number, OpenOperation>();
  n = 0;

  watch(entry: RecordedEntry): void {
    const { index, hash } = entry;
    if (index === undefined || hash === undefined) throw new Error('there was room');
    entry.durable.then(
      () => this.durable.set(index, hash),
      () => {},
    );
  }
}

async function run(model: Model, opened: OpenedAudit, taken: Step): Promise<OpenedAudit> {
  const { audit } = opened;
  const operation = () => ({ action: 'numbers.add', attributes: { n: model.n++ } });
  switch (taken.do) {
    case 'record':
      model.watch(audit.record(operation()));
      return opened;
    case 'fill':
      for (let i = 0; i < taken.entries; i++) model.watch(audit.record(operation()));
      return opened;
    case 'begin': {
      const begun = audit.begin(operation());
      model.watch(begun.entry);
      model.open.set(begun.entry.index as number, begun);
      return opened;
    }
    case 'end': {
      const [index, begun] = [...model.open][taken.which] ?? [];
      if (index === undefined || begun === undefined) return opened;
      model.open.delete(index);
      model.watch(begun.end());
      return opened;
    }
    case 'turn':
      await new Promise(setImmediate);
      return opened;
    case 'flush':
      await audit.flush();
      expect(audit.status()).toMatchObject({ durable: audit.status().size, waitingBytes: 0 });
      return opened;
    case 'checkpoint':
      await audit.checkpoint();
      return opened;
    case 'close':
      await audit.close();
      return reopen(model, audits.open({ ...OPTIONS, directory: opened.directory }));
    case 'crash':
      return crash(model, opened, taken.loses);
  }
}

/** Ends the process as far as a copy of its files does, with some of the last bytes that nobody was told are safe. */
async function crash(model: Model, opened: OpenedAudit, loses: number): Promise<OpenedAudit> {
  // The journal's own entries are among them, which nobody watches.
  const { durable } = opened.audit.status();
  const copy = crashCopy(opened.directory, audits.directory());
  const acknowledged = new Set(model.durable.keys());
  const last = segmentsOf(copy).at(-1);
  if (last !== undefined) truncateSync(last.path, cutOf(last.text, loses, durable - 1));
  await opened.audit.close();
  // What the closing has acknowledged was so after the crash.
  for (const index of model.durable.keys()) if (!acknowledged.has(index)) model.durable.delete(index);
  return reopen(model, audits.open({ ...OPTIONS, directory: copy }));
}

/** Where a file may be cut so that no entry up to an index is lost. All of this is ASCII. */
function cutOf(text: string, loses: number, upTo: number): number {
  const at = text.indexOf(`"index":${upTo},`);
  const safe = at < 0 ? 0 : text.indexOf('\n', at) + 1;
  return Math.max(safe, text.length - loses);
}

/** Checks what is there when a journal has been opened again. */
async function reopen(model: Model, opened: OpenedAudit): Promise<OpenedAudit> {
  const found = await verifyJournal(opened.directory);
  expect(found.failures).toEqual([]);
  const entries = await opened.entries();
  expect(entries.map(({ index }) => index)).toEqual(entries.map((_, i) => i));
  for (const [index, hash] of model.durable) expect(entries[index]?.hash).toBe(hash);
  const times = entries.map(({ time }) => time);
  expect(times).toEqual([...times].sort());

  // Whatever has begun has ended, once.
  const ends = entries.filter(({ phase }) => phase === 'ended').map(({ started }) => started);
  const begins = entries.filter(({ phase }: EntryContent) => phase === 'started').map(({ index }) => index);
  expect([...ends].sort()).toEqual([...begins].sort());
  model.open.clear();
  return opened;
}

test('whatever is done, in whatever order, nothing that was acknowledged is lost, and all of it verifies', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), async (steps) => {
      const model = new Model();
      let opened = audits.open(OPTIONS);
      for (const taken of steps) opened = await run(model, opened, taken);
      opened = await run(model, opened, { do: 'close' });
      expect(await opened.audit.verify()).toMatchObject({ ok: true, failures: [] });
      await opened.audit.close();
    }),
    { numRuns: 40 },
  );
}, 120_000);
