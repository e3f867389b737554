import { readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { AuditOptions } from '../../src/options.ts';
import { personal } from '../../src/subjects/personal.ts';
import { verifyJournal } from '../../src/verify/verify-journal.ts';
import { type OpenedAudit, useAudits } from '../opened-audits.ts';

const audits = useAudits();
afterEach(() => {
  diag.disable();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const place = { action: 'orders.place', actor: 'user:1' };
const TAKEN_OVER = 'another process has taken the directory over';

/** Another container takes the directory of a process over that is frozen, and goes on with the journal. */
function takeOver(frozen: OpenedAudit): OpenedAudit {
  const { directory } = frozen;
  const path = join(directory, 'lock');
  const owner = JSON.parse(readFileSync(path, 'utf8')) as object;
  // Its process cannot be asked for, and its last sign of life is a minute old.
  writeFileSync(path, JSON.stringify({ ...owner, host: 'elsewhere.example.org', socketIn: undefined }));
  const before = new Date(Date.now() - 61_000);
  utimesSync(path, before, before);
  const other = audits.open({ directory });
  for (let n = 0; n < 3; n++) other.audit.record(place);
  return other;
}

/** A process that was frozen goes on: no timer has told it. */
function thaw(): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61_000 });
}

async function openWithEntries(options: Partial<AuditOptions> = {}): Promise<OpenedAudit> {
  const opened = audits.open({ checkpointInterval: '1h', ...options });
  for (let n = 0; n < 3; n++) opened.audit.record(place);
  await opened.audit.flush();
  return opened;
}

function faults(): string[] {
  const told: string[] = [];
  const none = (): void => {};
  const tell = (...words: unknown[]): void => void told.push(words.join(' '));
  diag.setLogger({ error: tell, warn: tell, info: none, debug: none, verbose: none }, DiagLogLevel.WARN);
  return told;
}

/** Every file of a journal but its lock, and what is in it. */
function contentOf(directory: string): Record<string, string> {
  const names = readdirSync(directory, { recursive: true }) as string[];
  const files = names.filter((name) => name !== 'lock' && statSync(join(directory, name)).isFile());
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(directory, name), 'utf8')]));
}

const turn = (): Promise<void> => new Promise(setImmediate);

describe('a process that was frozen until another one had taken its journal over', () => {
  test('writes no line to it, and says once that it is lost', async () => {
    const frozen = await openWithEntries();
    const other = takeOver(frozen);
    await other.audit.flush();
    const content = contentOf(frozen.directory);
    const told = faults();
    thaw();
    const entry = frozen.audit.record(place);
    await turn();
    expect(contentOf(frozen.directory)).toEqual(content);
    expect(frozen.audit.status()).toMatchObject({ state: 'closed', reason: TAKEN_OVER });
    await expect(entry.durable).rejects.toThrow(TAKEN_OVER);
    expect(told.filter((line) => line.includes('keeping the directory'))).toHaveLength(1);
    expect(told.join('\n')).toContain(`1 is lost: ${TAKEN_OVER}`);
    // What comes later is shed, and counted.
    frozen.audit.record(place);
    expect(frozen.audit.status().shed).toBe(1);
    await frozen.audit.close();
    await other.audit.close();
    expect(await verifyJournal(frozen.directory)).toMatchObject({ ok: true, failures: [] });
  });

  test('writes no line to it when that one has given it back, either', async () => {
    const frozen = await openWithEntries();
    const other = takeOver(frozen);
    await other.audit.close();
    const content = contentOf(frozen.directory);
    thaw();
    frozen.audit.begin(place);
    expect(frozen.audit.status().state).toBe('closed');
    await frozen.audit.close();
    expect(contentOf(frozen.directory)).toEqual(content);
    expect(await verifyJournal(frozen.directory)).toMatchObject({ ok: true, failures: [] });
  });

  test.each(['checkpoint', 'close'] as const)('leaves its files as they are at the next %s', async (end) => {
    const frozen = await openWithEntries();
    const other = takeOver(frozen);
    await other.audit.checkpoint();
    const content = contentOf(frozen.directory);
    thaw();
    await frozen.audit[end]().catch((error: Error) => expect(error.message).toContain(TAKEN_OVER));
    expect(contentOf(frozen.directory)).toEqual(content);
    await other.audit.close();
    expect(await verifyJournal(frozen.directory)).toMatchObject({ ok: true, failures: [] });
  });

  test('writes no key of a person, over which another one may stand', async () => {
    const frozen = await openWithEntries();
    const other = takeOver(frozen);
    other.audit.record({ ...place, actor: personal('user:2', 'ann@example.org') });
    await other.audit.flush();
    const content = contentOf(frozen.directory);
    thaw();
    frozen.audit.record({ ...place, actor: personal('user:3', 'bob@example.org') });
    await turn();
    expect(contentOf(frozen.directory)).toEqual(content);
    expect(frozen.audit.status()).toMatchObject({ state: 'closed', reason: TAKEN_OVER });
    await other.audit.close();
    expect(await verifyJournal(frozen.directory)).toMatchObject({ ok: true, failures: [] });
  });

  test('holds nobody up who waits for room, and refuses what was to be on record', async () => {
    const frozen = await openWithEntries({
      whenFull: 'block',
      blockTimeout: '1s',
      maxWaitingBytes: 65_536,
    });
    const other = takeOver(frozen);
    thaw();
    const large = { ...place, attributes: { text: 'x'.repeat(10_000) } };
    const recordAll = (): void => {
      for (let n = 0; n < 10; n++) frozen.audit.record(large);
    };
    const sleep = vi.spyOn(Atomics, 'wait');
    expect(recordAll).toThrow(TAKEN_OVER);
    expect(sleep).not.toHaveBeenCalled();
    await other.audit.close();
    expect(await verifyJournal(frozen.directory)).toMatchObject({ ok: true, failures: [] });
  });
});

test('a process that was frozen, and was waited for, goes on with its journal', async () => {
  const frozen = await openWithEntries();
  const told = faults();
  thaw();
  await frozen.audit.record(place).durable;
  await frozen.audit.close();
  expect(told).toEqual([]);
  expect(await verifyJournal(frozen.directory)).toMatchObject({ ok: true, size: 4 });
});
