import {
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { hashesName, segmentName } from '../../src/journal/format.ts';
import { expiredSegments, prepareHashes } from '../../src/journal/retention.ts';
import { DamagedSegmentError } from '../../src/journal/segment-hashes.ts';
import type { AuditOptions } from '../../src/options.ts';
import { checkProof } from '../../src/verify/check-proof.ts';
import { proveEntry, proveGrowth } from '../../src/verify/make-proof.ts';
import { verifyJournal } from '../../src/verify/verify-journal.ts';
import { type OpenedAudit, useAudits } from '../opened-audits.ts';
import { crashCopy } from './crash-copy.ts';

const audits = useAudits();
const WAIT = { timeout: 20_000, interval: 20 };
const NONE = { maxAgeMillis: undefined, maxBytes: undefined };

function fill(opened: OpenedAudit, segments: number): void {
  const before = namesIn(opened.directory).length;
  for (let n = 0; namesIn(opened.directory).length < before + segments && n < 10_000; n++) {
    opened.audit.record({ action: 'orders.place', attributes: { n } });
    if (n % 10 === 0) opened.audit.query();
  }
}

function openFilled(segments: number, options: Partial<AuditOptions> = {}): OpenedAudit {
  const opened = audits.open({ segmentBytes: 4_096, ...options });
  fill(opened, segments);
  return opened;
}

function namesIn(directory: string): string[] {
  return readdirSync(join(directory, 'segments')).sort();
}

/** Segments that could be removed, as a process that has the journal sees them. */
function allExpired(directory: string, openFrom: number) {
  return expiredSegments(directory, openFrom, { ...NONE, maxBytes: 0 }, Date.now());
}

describe('what retention leaves no room for', () => {
  test('is the oldest by bytes, and never the newest that is closed', async () => {
    const { audit, directory } = openFilled(5);
    await audit.flush();
    const openFrom = Number(namesIn(directory).at(-1)?.slice(0, 16));
    const all = await allExpired(directory, openFrom);
    expect(all.map(({ first }) => segmentName(first))).toEqual(namesIn(directory).slice(0, -2));
    expect(all.map(({ end }, i) => end - (all[i + 1]?.first ?? end))).toEqual(all.map(() => 0));
    const bytes = all.slice(1).reduce((sum, segment) => sum + segment.bytes, 0);
    const newest = (
      await expiredSegments(directory, Number.POSITIVE_INFINITY, { ...NONE, maxBytes: 0 }, 0)
    ).at(-1);
    const kept = await expiredSegments(
      directory,
      openFrom,
      { ...NONE, maxBytes: bytes + (newest?.bytes ?? 0) },
      0,
    );
    expect(kept.map(({ first }) => first)).toEqual([all[0]?.first]);
    expect(await expiredSegments(directory, openFrom, NONE, Date.now())).toEqual([]);
  });

  test('is what was written too long ago', async () => {
    const { audit, directory } = openFilled(4);
    await audit.flush();
    const [oldest] = namesIn(directory);
    const before = new Date(Date.now() - 3_600_000);
    utimesSync(join(directory, 'segments', oldest as string), before, before);
    const limits = { maxAgeMillis: 60_000, maxBytes: undefined };
    const expired = await expiredSegments(directory, audit.status().size, limits, Date.now());
    expect(expired.map(({ first }) => segmentName(first))).toEqual([oldest]);
  });
});

describe('a journal of which retention has removed the beginning', () => {
  test('verifies, and proves what is kept, what is gone, and that it has only grown', async () => {
    const opened = audits.open({ segmentBytes: 4_096, retention: { maxBytes: 10_000 } });
    const { audit, directory, seen } = opened;
    const notes: { size: number; note: string; root: string }[] = [];
    const hashes: (string | undefined)[] = [];
    for (let round = 0; seen('audit.pruned').length < 5 && round < 200; round++) {
      for (let n = 0; n < 8; n++) {
        const entry = audit.record({ action: 'orders.place', attributes: { n } });
        hashes[entry.index as number] = entry.hash;
      }
      notes.push(await audit.checkpoint());
      expect(await audit.verify({ checkpoints: notes.map(({ note }) => note) })).toMatchObject({
        failures: [],
      });
    }
    await audit.close();
    const found = await verifyJournal(directory, { checkpoints: notes.map(({ note }) => note) });
    expect(found).toMatchObject({ ok: true, failures: [] });
    const pruned = (seen('audit.pruned').at(-1)?.last ?? 0) + 1;
    expect(found.pruned).toBe(pruned);
    expect(seen('audit.pruned').map(({ first }) => first)[0]).toBe(0);

    const keys = [found.key as string];
    for (const index of [0, pruned - 1, pruned, found.size - 1]) {
      const proof = await proveEntry(directory, index);
      expect(checkProof(proof, keys)).toMatchObject({ ok: true });
      expect(proof.entry === undefined).toBe(index < pruned);
      if (hashes[index] !== undefined) expect(proof.leaf).toBe(hashes[index]);
    }
    for (const { size, root } of notes) {
      const proof = await proveGrowth(directory, size);
      expect(proof.from.root).toBe(root);
      expect(checkProof(proof, keys)).toMatchObject({ ok: true });
    }

    const again = audits.open({ directory });
    const kept = await again.entries();
    expect(kept[0]?.index).toBe(pruned);
    const told = kept.filter(({ action }) => action === 'audit.journal.pruned');
    // Those before have been removed themselves by now.
    expect(told.at(-1)?.attributes).toMatchObject({
      first: seen('audit.pruned').at(-1)?.first,
      last: pruned - 1,
    });
  });

  test('can be read while it is', async () => {
    const opened = audits.open({ segmentBytes: 4_096, retention: { maxBytes: 8_192 } });
    const { audit, entries, seen } = opened;
    for (let round = 0; seen('audit.pruned').length < 10 && round < 300; round++) {
      for (let n = 0; n < 10; n++) audit.record({ action: 'orders.place' });
      const newest = audit.status().size - 1;
      const [read, verified] = await Promise.all([entries(), audit.verify()]);
      expect(verified.failures).toEqual([]);
      const indexes = read.map(({ index }) => index);
      expect(indexes).toEqual([...indexes].sort((a, b) => a - b));
      expect(indexes).toContain(newest);
      await audit.flush();
    }
    expect(seen('audit.pruned').length).toBeGreaterThanOrEqual(10);
  });

  test('forgets no operation that was open over what is gone', async () => {
    const opened = audits.open({ segmentBytes: 4_096, retention: { maxBytes: 8_192 } });
    const operation = opened.audit.begin({ action: 'orders.place' });
    for (let round = 0; opened.seen('audit.pruned').length < 2 && round < 300; round++) {
      for (let n = 0; n < 10; n++) opened.audit.record({ action: 'orders.look' });
      await opened.audit.flush();
    }
    const again = audits.open({ directory: crashCopy(opened.directory, audits.directory()) });
    expect(again.seen('audit.recovered')).toMatchObject([{ interrupted: [operation.entry.index] }]);
    expect(await again.entries({ outcome: 'unknown' })).toMatchObject([
      { action: 'audit.operation', phase: 'ended', started: operation.entry.index },
    ]);
    expect(await again.audit.verify()).toMatchObject({ failures: [] });
  });
});

describe('a crash while a segment is being removed', () => {
  test('leaves a journal that verifies and goes on, after whatever step', async () => {
    const opened = openFilled(4);
    const { audit, directory } = opened;
    await audit.close();
    const [segment] = await allExpired(directory, audit.status().size);
    if (segment === undefined) throw new Error('there is nothing to be removed');
    const hashes = join('segments', hashesName(segment.first));
    const origin = audit.status().origin as string;

    const steps: Record<string, (copy: string) => Promise<void> | void> = {
      'a draft': async (copy) => {
        await prepareHashes(copy, origin, { ...segment, path: segment.path.replace(directory, copy) });
      },
      'half a draft': async (copy) => {
        await prepareHashes(copy, origin, { ...segment, path: segment.path.replace(directory, copy) });
        const draft = namesIn(copy).find((name) => name.endsWith('.draft')) as string;
        writeFileSync(join(copy, 'segments', draft), Buffer.alloc(40));
      },
      'hashes beside the segment': async (copy) => {
        const prepared = await prepareHashes(copy, origin, {
          ...segment,
          path: segment.path.replace(directory, copy),
        });
        const kept = join(copy, 'kept');
        renameSync(segment.path.replace(directory, copy), kept);
        cpSync(kept, segment.path.replace(directory, copy));
        await prepared.replace();
        renameSync(kept, segment.path.replace(directory, copy));
      },
    };
    for (const [step, take] of Object.entries(steps)) {
      const copy = crashCopy(directory, audits.directory());
      await take(copy);
      const draft = namesIn(copy).some((name) => name.endsWith('.draft'));
      expect([step, draft]).toEqual([step, step.includes('draft')]);
      expect(await verifyJournal(copy)).toMatchObject({ failures: [] });
      await audits.open({ directory: copy }).audit.close();
      expect(namesIn(copy).filter((name) => !name.endsWith('.jsonl'))).toEqual([]);
      const again = audits.open({ directory: copy, segmentBytes: 4_096, retention: { maxBytes: 0 } });
      await expect.poll(() => again.seen('audit.pruned').length, WAIT).toBeGreaterThan(0);
      await again.audit.close();
      expect(existsSync(join(copy, hashes))).toBe(true);
      expect(existsSync(segment.path.replace(directory, copy))).toBe(false);
      expect(namesIn(copy).filter((name) => !/^\d{16}\.(jsonl|hashes)$/.test(name))).toEqual([]);
      expect(await verifyJournal(copy)).toMatchObject({ ok: true, failures: [], notices: [] });
    }
  });

  test('at any moment leaves one, too', async () => {
    const opened = audits.open({ segmentBytes: 4_096, retention: { maxBytes: 0 } });
    const { audit, directory, seen } = opened;
    for (let round = 0; round < 40; round++) {
      for (let n = 0; n < 10; n++) audit.record({ action: 'orders.place' });
      await new Promise(setImmediate);
      if (round % 4 !== 0) continue;
      let copy: string;
      try {
        copy = crashCopy(directory, audits.directory());
      } catch (error) {
        // A file was removed between being listed and being copied, which no crash does.
        expect((error as NodeJS.ErrnoException).code).toBe('ENOENT');
        continue;
      }
      const again = audits.open({ directory: copy, segmentBytes: 4_096, retention: { maxBytes: 0 } });
      again.audit.record({ action: 'orders.place' });
      await again.audit.close();
      const found = await verifyJournal(copy);
      expect(found).toMatchObject({ ok: true, failures: [] });
    }
    expect(seen('audit.pruned').length).toBeGreaterThan(0);
  });
});

describe('a segment that is not as it was written', () => {
  test.for([
    ['an entry', (text: string) => text.replace('"n":1}', '"n":9}')],
    ['the version', (text: string) => text.replace('"version":1', '"version":2')],
    ['the name', (text: string) => text.replace(/"origin":"./, '"origin":"_')],
    ['the seal', (text: string) => text.replace(/"to":"2/, '"to":"1')],
    ['an entry that is missing', (text: string) => text.replace(/\n\{"entry".*?\n/, '\n')],
    ['its end', (text: string) => text.slice(0, -20)],
    ['what follows', (text: string) => `${text}{}\n`],
  ] as const)('for %s is kept, since it shows what was done', async ([, spoil]) => {
    const opened = openFilled(4);
    await opened.audit.close();
    const { directory } = opened;
    const [first, second] = await allExpired(directory, opened.audit.status().size);
    const path = first?.path as string;
    writeFileSync(path, spoil(readFileSync(path, 'utf8')));
    await expect(
      prepareHashes(directory, opened.audit.status().origin as string, first as never),
    ).rejects.toThrow(DamagedSegmentError);
    expect(namesIn(directory).filter((name) => name.endsWith('.draft'))).toEqual([]);

    const again = audits.open({ directory, retention: { maxBytes: 0 } });
    await expect.poll(() => again.seen('audit.pruned').length, WAIT).toBeGreaterThan(0);
    // Those after it are removed all the same.
    expect(again.seen('audit.pruned')[0]?.first).toBe(second?.first);
    await again.audit.close();
    expect(existsSync(path)).toBe(true);
    expect((await verifyJournal(directory)).ok).toBe(false);
  });
});

test('a segment that is removed while the journal is closed is removed whole, and nothing is left over', async () => {
  for (let round = 0; round < 5; round++) {
    const opened = openFilled(6);
    await opened.audit.close();
    const again = audits.open({ directory: opened.directory, retention: { maxBytes: 0 } });
    if (round > 0) await new Promise((resolve) => setTimeout(resolve, round * 2));
    await again.audit.close();
    expect(namesIn(opened.directory).filter((name) => name.endsWith('.draft'))).toEqual([]);
    const found = await verifyJournal(opened.directory);
    expect(found).toMatchObject({ ok: true, failures: [], notices: [] });
    rmSync(opened.directory, { recursive: true });
  }
});
