import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import { afterEach, expect, test, vi } from 'vitest';
import { SegmentFile } from '../../src/journal/segment-file.ts';
import { verifyJournal } from '../../src/verify/verify-journal.ts';
import { useAudits } from '../opened-audits.ts';
import { crashCopy } from './crash-copy.ts';
import { removeSome } from './remove-some.ts';
import { useScratch } from './scratch.ts';

/** A disk that fails the next syncs at once, one that has no room, and one that does not answer. */
const disk = vi.hoisted(() => ({ failingSyncs: 0, isFull: false, isHung: false }));

vi.mock('node:fs', async (importOriginal) => {
  const fs = await importOriginal<typeof import('node:fs')>();
  const fault = (code: string): Error =>
    Object.assign(new Error(`${code}: no disk`), { code, syscall: 'disk' });
  return {
    ...fs,
    fdatasyncSync: (fd: number) => {
      if (disk.failingSyncs > 0) {
        disk.failingSyncs--;
        throw fault('EIO');
      }
      fs.fdatasyncSync(fd);
    },
    fdatasync: (...args: Parameters<typeof fs.fdatasync>) => {
      if (!disk.isHung) fs.fdatasync(...args);
    },
    writeSync: (...args: Parameters<typeof fs.writeSync>) => {
      if (disk.isFull) throw fault('ENOSPC');
      return fs.writeSync(...args);
    },
  };
});

const scratch = useScratch();
const audits = useAudits();
afterEach(() => {
  disk.failingSyncs = 0;
  disk.isFull = false;
  disk.isHung = false;
  vi.useRealTimers();
  diag.disable();
});

test('a sync at once that fails takes nothing from one that has succeeded, and is not heard of yet', async () => {
  const path = join(scratch(), 'a');
  // Each line has a slab of its own.
  const file = new SegmentFile(path, undefined, 64);
  file.append('a'.repeat(100));
  file.write();
  const synced = file.sync(file.length);
  file.append('b'.repeat(100));
  file.write();
  disk.failingSyncs = 1;
  expect(() => file.syncNow(file.length)).toThrow('EIO');
  await synced;
  expect([file.durable, file.waiting]).toEqual([101, 101]);
  file.write();
  file.syncNow(file.length);
  expect(file.waiting).toBe(0);
  file.close();
  expect(readFileSync(path, 'utf8')).toBe(`${'a'.repeat(100)}\n${'b'.repeat(100)}\n`);
});

test('a journal that is opened after a crash while the disk is full forgets no removal', async () => {
  const options = { segmentBytes: 4_096, checkpointInterval: '1h' };
  const opened = audits.open({ ...options, retention: { maxBytes: 20_000 } });
  await removeSome(opened, 3);
  opened.audit.record({ action: 'orders.place' });
  await opened.audit.checkpoint();
  const directory = crashCopy(opened.directory, audits.directory());
  expect(await verifyJournal(directory)).toMatchObject({ ok: true });

  const errors: string[] = [];
  const none = (): void => {};
  const error = (message: string): void => void errors.push(message);
  diag.setLogger({ error, warn: none, info: none, debug: none, verbose: none }, DiagLogLevel.ERROR);
  const again = audits.open({ ...options, directory, retention: { maxBytes: 12_000 } });
  disk.isFull = true;
  // Retention begins when the journal is opened.
  await expect.poll(() => errors.join()).toMatch(/remov/);
  disk.isFull = false;
  await expect.poll(() => again.audit.status().state).toBe('open');
  await removeSome(again, 12);
  await again.audit.close();
  expect(await verifyJournal(directory)).toMatchObject({ ok: true, failures: [] });
});

test('a journal whose disk does not answer is closed after a while, though the clock of a test stands still', async () => {
  const { audit, entries } = audits.open({ blockTimeout: 50 });
  disk.isHung = true;
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  audit.record({ action: 'orders.place' });
  await audit.close();
  expect(audit.status()).toMatchObject({ state: 'closed', size: 1, durable: 1 });
  expect(await entries()).toHaveLength(1);
});
