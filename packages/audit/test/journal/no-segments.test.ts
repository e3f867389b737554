import { existsSync, lstatSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { verifyJournal } from '../../src/verify/verify-journal.ts';
import { useAudits } from '../opened-audits.ts';
import { removeSome } from './remove-some.ts';
import { segmentsOf } from './segments-of.ts';

const audits = useAudits();
const WAIT = { timeout: 20_000, interval: 20 };

const PUT: [string, (path: string) => void][] = [
  ['a link that leads nowhere', (path) => symlinkSync('nowhere', path)],
  ['a directory', (path) => mkdirSync(path)],
];

test.each(PUT)('%s in the place of a segment is kept, and none of the others for it', async (_, put) => {
  const opened = audits.open({ segmentBytes: 4_096 });
  for (let n = 0; n < 100; n++) opened.audit.record({ action: 'orders.place' });
  await opened.audit.close();
  const { directory } = opened;
  const [first, second] = segmentsOf(directory);
  const path = first?.path as string;
  rmSync(path);
  put(path);
  const again = audits.open({ directory, retention: { maxBytes: 0 } });
  await expect.poll(() => again.seen('audit.pruned')[0]?.first, WAIT).toBe(Number(second?.name.slice(0, 16)));
  await again.audit.close();
  expect(lstatSync(path).isFile()).toBe(false);
  expect(await verifyJournal(directory)).toMatchObject({
    ok: false,
    failures: [{ kind: 'unreadable', index: 0 }],
  });
});

test.each(PUT)('%s beside hashes does not have them taken for left over', async (_, put) => {
  const opened = audits.open({ segmentBytes: 4_096, retention: { maxBytes: 8_192 } });
  await removeSome(opened, 1);
  await opened.audit.close();
  const { directory } = opened;
  const path = join(directory, 'segments', '0000000000000000.jsonl');
  put(path);
  await audits.open({ directory }).audit.close();
  expect(existsSync(path.replace('.jsonl', '.hashes'))).toBe(true);
  rmSync(path, { recursive: true });
  expect(await verifyJournal(directory)).toMatchObject({ ok: true, failures: [] });
});
