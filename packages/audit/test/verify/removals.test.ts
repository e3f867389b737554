import { generateKeyPairSync } from 'node:crypto';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Findings } from '../../src/verify/findings.ts';
import { journalLeaves } from '../../src/verify/journal-leaves.ts';
import { readLayout } from '../../src/verify/layout.ts';
import { verifyJournal } from '../../src/verify/verify-journal.ts';
import { crashCopy } from '../journal/crash-copy.ts';
import { removeSome } from '../journal/remove-some.ts';
import { content } from '../journal-builder.ts';
import { useAudits } from '../opened-audits.ts';
import { putPipe } from '../put-pipe.ts';
import { editLines, journals, temporaryDirectory } from './bed.ts';
import { forgeFrom, namesIn, replaceByHashes } from './forged-segments.ts';

const audits = useAudits();
const build = journals();
const parent = temporaryDirectory();
const WAIT = { timeout: 20_000, interval: 20 };
const { privateKey } = generateKeyPairSync('ed25519');

describe('entries that somebody has removed without a key', () => {
  it('are missing, though an entry at the end says that retention did it, also once the journal goes on', async () => {
    const { audit, directory } = audits.open({ segmentBytes: 4_096, signingKey: privateKey });
    for (let n = 0; n < 100; n++) audit.record({ action: 'orders.place', attributes: { n } });
    const checkpoints = [(await audit.checkpoint()).note];
    await audit.close();
    const { key } = await verifyJournal(directory);
    const options = { keys: [key as string], checkpoints };
    const names = namesIn(directory);
    for (const name of names.slice(0, -1)) replaceByHashes(directory, name);
    const attributes = { earlier: [], first: 0, last: Number(names.at(-1)?.slice(0, 16)) - 1 };
    forgeFrom(directory, undefined, [{ action: 'audit.journal.pruned', attributes }]);
    const missing = { ok: false, failures: [{ kind: 'removed', index: 0 }] };
    expect(await verifyJournal(directory, options)).toMatchObject(missing);
    const again = audits.open({ directory, signingKey: privateKey });
    expect(again.seen('audit.recovered')).toMatchObject([{ unsigned: 1 }]);
    again.audit.record({ action: 'orders.place' });
    await again.audit.close();
    expect(await verifyJournal(directory, options)).toMatchObject(missing);
  });

  it('are missing in the middle of what retention goes on removing, and after it has', async () => {
    const opened = audits.open({ segmentBytes: 4_096, retention: { maxBytes: 40_000 } });
    await removeSome(opened, 2);
    const { audit, directory } = opened;
    await audit.close();
    const name = namesIn(directory).filter((each) => each.endsWith('.jsonl'))[1] as string;
    replaceByHashes(directory, name);
    const missing = { ok: false, failures: [{ kind: 'removed', index: Number(name.slice(0, 16)) }] };
    expect(await verifyJournal(directory)).toMatchObject(missing);
    const again = audits.open({ directory, segmentBytes: 4_096, retention: { maxBytes: 8_192 } });
    await removeSome(again, 12);
    await again.audit.close();
    expect(await verifyJournal(directory)).toMatchObject(missing);
  });

  it('are missing, whatever takes the place of the segment beside its hashes', async () => {
    const journal = build({ segments: [[content(0), content(1)], [content(2), content(3)], [content(4)]] });
    const name = journal.files[1] as string;
    const path = join(journal.directory, 'segments', name);
    replaceByHashes(journal.directory, name);
    const take: Record<string, () => void> = {
      'a link that leads nowhere': () => symlinkSync('nowhere', path),
      'a directory': () => mkdirSync(path),
      ...(process.platform === 'win32'
        ? {}
        : {
            'a link to a device': () => symlinkSync('/dev/zero', path),
            'a pipe that nobody writes to': () => putPipe(path),
          }),
    };
    for (const [what, put] of Object.entries(take)) {
      put();
      const { failures } = await verifyJournal(journal.directory, { keys: [journal.verifierKey] });
      expect([what, failures]).toMatchObject([
        what,
        [{ kind: 'unreadable', index: 2, file: `segments/${name}` }],
      ]);
      rmSync(path, { recursive: true });
    }
  });

  it('are missing when that was done while the journal was verified', async () => {
    const large = (index: number) => content(index, { reason: 'x'.repeat(60_000) });
    const segments = [
      Array.from({ length: 20 }, (_, i) => large(i)),
      [content(20), content(21)],
      [content(22)],
    ];
    const journal = build({ segments });
    const found = await verifyJournal(journal.directory, {
      keys: [journal.verifierKey],
      onProgress: () => {
        const name = journal.files[1] as string;
        if (namesIn(journal.directory).includes(name)) replaceByHashes(journal.directory, name);
      },
    });
    expect(found).toMatchObject({ ok: false, failures: [{ kind: 'removed', index: 20 }] });
  });
});

describe('entries that retention has removed', () => {
  it('are on record, signed, before they are gone', async () => {
    const opened = audits.open({
      segmentBytes: 4_096,
      retention: { maxBytes: 8_192 },
      checkpointInterval: '1h',
    });
    let copies = 0;
    opened.events.on('audit.pruned', () => crashCopy(opened.directory, join(parent, `gone-${copies++}`)));
    await removeSome(opened, 3);
    for (let n = 0; n < copies; n++) {
      const directory = join(parent, `gone-${n}`);
      expect(await verifyJournal(directory)).toMatchObject({ ok: true, failures: [] });
      await audits.open({ directory }).audit.close();
      expect(await verifyJournal(directory)).toMatchObject({ ok: true, failures: [] });
    }
  });

  it('stay on record over processes, long after the entries that said so were removed as well', async () => {
    const options = { segmentBytes: 4_096, retention: { maxBytes: 8_192 } };
    const first = audits.open(options);
    const { directory } = first;
    await removeSome(first, 3);
    await first.audit.close();
    for (let process = 0; process < 3; process++) {
      const next = audits.open({ ...options, directory });
      await removeSome(next, 4);
      await next.audit.close();
      expect(await verifyJournal(directory)).toMatchObject({ ok: true, failures: [], notices: [] });
    }
    const told = await audits.open({ directory }).entries({ action: 'audit.journal.pruned' });
    expect(told[0]?.attributes?.earlier).toMatchObject([[0, expect.any(Number)]]);
  });

  it('are on record whatever is to be redacted', async () => {
    const redact = { paths: ['**.first', '**.last', '**.earlier'], patterns: [/\d/g] };
    const opened = audits.open({ segmentBytes: 4_096, retention: { maxBytes: 8_192 }, redact });
    await removeSome(opened, 2);
    expect(await opened.audit.verify()).toMatchObject({ ok: true, failures: [] });
  });

  it('leave no doubt of which operations were open then', async () => {
    const opened = audits.open({ segmentBytes: 4_096, retention: { maxBytes: 9_000 } });
    opened.audit.begin({ action: 'money.transfer' });
    await removeSome(opened, 2);
    await opened.audit.checkpoint();
    const directory = crashCopy(opened.directory, join(parent, 'open'));
    expect(await verifyJournal(directory)).toMatchObject({ ok: true });
    for (const name of namesIn(directory).filter((each) => each.endsWith('.jsonl'))) {
      editLines(directory, `segments/${name}`, (lines) =>
        lines.map((line) => (line.startsWith('{"se') ? line.replace('"open":[0]', '"open":[]') : line)),
      );
    }
    expect(await verifyJournal(directory)).toMatchObject({
      ok: false,
      failures: [{ kind: 'changed', line: 1, message: expect.stringContaining('header') }],
    });
    // Nor does retention take such a header for its own.
    const again = audits.open({ directory, segmentBytes: 4_096, retention: { maxBytes: 0 } });
    const [changed] = namesIn(directory).filter((each) => each.endsWith('.jsonl'));
    await expect.poll(() => again.seen('audit.pruned').length, WAIT).toBeGreaterThan(0);
    await again.audit.close();
    expect(existsSync(join(directory, 'segments', changed as string))).toBe(true);
  });

  it('are looked for again when what says so was removed while it was looked at', async () => {
    const large = (index: number) => content(index, { reason: 'x'.repeat(60_000) });
    const removal = (index: number, last: number) =>
      content(index, { action: 'audit.journal.pruned', attributes: { earlier: [], first: 0, last } });
    const segments = [
      [content(0), content(1)],
      Array.from({ length: 20 }, (_, i) => large(2 + i)),
      [removal(22, 1)],
      [content(23), removal(24, 22)],
    ];
    const plan = { segments, privateKey, recordPruning: false };
    const before = build({ ...plan, pruned: 1, checkpoints: [24] });
    const after = build({ ...plan, pruned: 3, checkpoints: [24, 25] });
    const { directory } = before;
    editLines(directory, 'segments/0000000000000023.jsonl', (lines) => lines.slice(0, -1));
    expect(await verifyJournal(directory)).toMatchObject({ ok: true, size: 24 });
    let isTold = false;
    const found = await verifyJournal(directory, {
      onProgress: () => {
        if (isTold) return;
        isTold = true;
        for (const name of after.files)
          copyFileSync(join(after.directory, 'segments', name), join(directory, 'segments', name));
        for (const first of [2, 22])
          rmSync(join(directory, 'segments', `${String(first).padStart(16, '0')}.jsonl`));
        const notes = readFileSync(join(after.directory, 'checkpoints'));
        appendFileSync(
          join(directory, 'checkpoints'),
          notes.subarray(readFileSync(join(directory, 'checkpoints')).length),
        );
      },
    });
    expect(isTold).toBe(true);
    expect(found).toMatchObject({ ok: true, failures: [], size: 25, pruned: 23 });
  });

  it('can be proven when they were removed while the proof was made', async () => {
    const journal = build({ segments: [[content(0), content(1)], [content(2)]] });
    const { parts } = await readLayout(journal.directory, new Findings(1));
    replaceByHashes(journal.directory, journal.files[0] as string);
    const leaves: string[] = [];
    for await (const leaf of journalLeaves(parts)) leaves.push(leaf);
    expect(leaves).toEqual(journal.leaves);
  });
});
