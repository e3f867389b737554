import { AsyncLocalStorage } from 'node:async_hooks';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Context, context, type DiagLogger, diag, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { InstrumentError } from '@org/instrument-core';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createAudit } from '../src/create-audit.ts';
import { audited } from '../src/decorate/audited.ts';
import { announceAudit, audit, disableAudit, installAudit, isAuditDisabled } from '../src/process-audit.ts';
import { EARLY_CAPACITY } from '../src/record/early-operations.ts';
import { InMemoryAudit } from './decorate/in-memory-audit.ts';
import { settle } from './decorate/opened.ts';

const UNAVAILABLE = expect.objectContaining({ code: 'INSTRUMENT_AUDIT_UNAVAILABLE' }) as Error;
let warnings: string[] = [];

beforeEach(() => {
  warnings = [];
  const silent = (): void => {};
  const logger: DiagLogger = {
    error: silent,
    warn: (message) => void warnings.push(message),
    info: silent,
    debug: silent,
    verbose: silent,
  };
  diag.setLogger(logger, { suppressOverrideMessage: true });
  // What a test has left behind waits for nobody.
  disableAudit()();
  warnings.length = 0;
});
afterEach(() => diag.disable());

/** An audit that is told what was lost before it was there. */
class Journal extends InMemoryAudit {
  readonly shed: [number, string][] = [];

  recordShed(entries: number, since: string): void {
    this.shed.push([entries, since]);
  }
}

describe('before a journal is installed', () => {
  test('operations wait, and reach it in order with when they were recorded', async () => {
    const before = Date.now();
    const order = { id: 7 };
    const first = audit.record({ action: 'app.start', attributes: { order } });
    order.id = 8;
    const second = audit.with({ actor: 'system:boot', tenant: 'acme' }, () =>
      audit.record({ action: 'config.load', durationMillis: 20 }),
    );
    const durable = first.durable;
    expect([first.index, audit.status().state, audit.status().size]).toEqual([undefined, 'opening', 2]);
    await settle();

    const journal = new Journal();
    const uninstall = installAudit(journal);
    audit.record({ action: 'app.ready' });
    await Promise.all([durable, second.durable]);
    expect([first.index, first.hash, second.index]).toEqual([0, 'hash 0', 1]);
    expect(journal.entries).toMatchObject([
      { action: 'app.start', attributes: { order: { id: 7 } } },
      { action: 'config.load', actor: { id: 'system:boot' }, correlation: { tenant: 'acme' } },
      { action: 'app.ready' },
    ]);
    const [start, load] = journal.entries.map((entry) => Date.parse(entry.startTime ?? ''));
    expect(start).toBeGreaterThanOrEqual(before);
    expect(Date.parse(journal.entries[0]?.time ?? '') - (start as number)).toBeGreaterThan(0);
    expect((load as number) + 20).toBeGreaterThanOrEqual(before);
    expect([journal.entries[2]?.startTime, journal.shed]).toEqual([undefined, []]);
    uninstall();
  });

  test('one that has begun goes on in the journal, and one that has ended is one entry', async () => {
    const open = audit.begin({ action: 'import.run', target: 'file:a' });
    const short = audit.begin({ action: 'cache.warm' });
    await settle();
    const shortEnd = short.end({ outcome: 'failure', reason: 'no cache' });
    expect(short.end()).toBe(shortEnd);
    await settle();
    const journal = new Journal();
    const uninstall = installAudit(journal);
    expect(open.entry.index).toBe(0);
    const end = open.end({ outcome: 'success' });
    expect(open.end()).toBe(end);
    uninstall();
    expect(journal.entries).toMatchObject([
      { action: 'import.run', phase: 'started', target: { id: 'file:a' } },
      { action: 'cache.warm', outcome: 'failure', reason: 'no cache' },
      { action: 'import.run', phase: 'ended', started: 0, outcome: 'success' },
    ]);
    expect(journal.entries[1]).not.toHaveProperty('phase');
    expect([short.entry.index, shortEnd.index]).toEqual([1, 1]);
    for (const entry of journal.entries.slice(1)) expect(entry.durationMillis).toBeGreaterThanOrEqual(4);
  });

  test('the oldest are kept, and the journal is told of the others', async () => {
    const before = new Date().toISOString();
    const entries = Array.from({ length: EARLY_CAPACITY + 3 }, (_, n) =>
      audit.record({ action: 'work.do', attributes: { n } }),
    );
    expect(warnings).toEqual([expect.stringContaining(`${EARLY_CAPACITY} operations wait`)]);
    expect(audit.status().shed).toBe(3);
    await expect(entries.at(-1)?.durable).rejects.toEqual(UNAVAILABLE);
    const journal = new Journal();
    installAudit(journal)();
    expect(journal.entries).toHaveLength(EARLY_CAPACITY);
    expect(journal.entries.at(-1)?.attributes).toEqual({ n: EARLY_CAPACITY - 1 });
    expect(journal.shed).toEqual([[3, expect.any(String)]]);
    expect((journal.shed[0]?.[1] as string) >= before).toBe(true);
    expect(audit.status().shed).toBe(0);
  });

  test('only so many of them wait as memory allows, however they hold it', async () => {
    const MIB = 1024 ** 2;
    const text = 'y'.repeat(MIB);
    for (const body of [
      text,
      [[text]],
      new Map([[text, 1]]),
      new Set([text]),
      Buffer.alloc(MIB),
      new Error(text),
    ]) {
      const entries = Array.from({ length: 40 }, () =>
        audit.record({ action: 'work.do', attributes: { body } }),
      );
      expect([audit.status().size, audit.status().shed]).toEqual([15, 25]);
      expect(audit.status().waitingBytes).toBeGreaterThan(15 * MIB);
      await expect(entries.at(-1)?.durable).rejects.toThrow('16 MiB');
      const journal = new Journal();
      installAudit(journal)();
      expect(journal.shed).toEqual([[25, expect.any(String)]]);
      expect(audit.status().waitingBytes).toBe(0);
    }
  });

  test('an end that there is no room for says how it ended and no more', () => {
    const open = audit.begin({ action: 'work.do', target: 'file:a' });
    open.end({ error: new RangeError('no'), attributes: { text: 'y'.repeat(17 * 1024 ** 2) } });
    const journal = new Journal();
    installAudit(journal)();
    expect(journal.entries).toMatchObject([
      {
        action: 'work.do',
        target: { id: 'file:a' },
        outcome: 'failure',
        error: { type: 'RangeError' },
        attributes: { 'audit.fault': [expect.any(String)] },
      },
    ]);
  });

  test('what a journal refuses is recorded without what it refuses, and what it has no room for is rejected', async () => {
    const odd = audit.record({ action: 'work.do', reason: 7 as never });
    const wrong = audit.record({ action: 'work.undeclared' });
    const journal = new Journal();
    const refuse = journal.record.bind(journal);
    journal.record = (operation) => {
      if (operation.action === 'work.undeclared') {
        throw new InstrumentError('INSTRUMENT_AUDIT_REFUSED', 'Not declared');
      }
      return refuse(operation);
    };
    const uninstall = installAudit(journal);
    expect(journal.entries).toMatchObject([
      { action: 'work.do', attributes: { 'audit.fault': [expect.any(String)] } },
    ]);
    await odd.durable;
    await expect(wrong.durable).rejects.toMatchObject({ code: 'INSTRUMENT_AUDIT_REFUSED' });
    uninstall();
    const late = audit.record({ action: 'work.do' });
    journal.isFull = true;
    installAudit(journal)();
    await expect(late.durable).rejects.toEqual(UNAVAILABLE);
    expect(() => audit.record(undefined as never)).toThrow(/INSTRUMENT_AUDIT_REFUSED/);
  });

  test('the span that was active is that of the entry', () => {
    const storage = new AsyncLocalStorage<Context>();
    context.setGlobalContextManager({
      active: () => storage.getStore() ?? ROOT_CONTEXT,
      with: (active, fn, self, ...args) => storage.run(active, () => fn.apply(self as never, args)),
      bind: (_context, target) => target,
      enable() {
        return this;
      },
      disable() {
        return this;
      },
    });
    const span = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 };
    context.with(trace.setSpanContext(ROOT_CONTEXT, span), () => audit.record({ action: 'work.do' }));
    const seen: unknown[] = [];
    const journal = new Journal();
    const record = journal.record.bind(journal);
    journal.record = (operation) => {
      seen.push(trace.getSpanContext(context.active()));
      return record(operation);
    };
    installAudit(journal)();
    expect(seen).toEqual([span]);
    // Without the context manager that it was captured in, the entry says it itself.
    context.with(trace.setSpanContext(ROOT_CONTEXT, span), () => audit.record({ action: 'work.do' }));
    context.disable();
    installAudit(journal)();
    const { traceId, spanId } = span;
    expect(journal.entries.at(-1)?.correlation).toEqual({ traceId, spanId });
  });

  test('what needs a journal says that there is none', async () => {
    for (const ask of [
      () => audit.page(),
      () => audit.verify(),
      () => audit.checkpoint(),
      () => audit.erase('user:1'),
      () => audit.query().next(),
    ]) {
      await expect(ask()).rejects.toThrow(
        /There is no journal: (no journal has been opened yet|the journal was closed)/,
      );
    }
    await audit.close();
    await audit.flush();
    audit.record({ action: 'work.do' });
    await expect(audit.flush()).rejects.toEqual(UNAVAILABLE);
    const withdraw = announceAudit();
    expect(audit.status().reason).toBe('the journal is being opened');
    const flushed = audit.flush();
    installAudit(new Journal())();
    await flushed;
    expect(audit.status().reason).toBe('the journal is being opened');
    withdraw();
  });

  test('a durable function waits only where a journal was announced', async () => {
    const work = audited('work.do', async () => 'done', { durability: 'durable' });
    expect(await work()).toBe('done');
    const withdraw = announceAudit();
    let isDone = false;
    const done = work().then(() => {
      isDone = true;
    });
    await settle();
    expect(isDone).toBe(false);
    const uninstall = installAudit(new Journal());
    await done;
    uninstall();
    const other = work();
    const enable = disableAudit();
    expect(await Promise.race([other, settle()])).toBeUndefined();
    withdraw();
    expect(isAuditDisabled()).toBe(true);
    enable();
    expect(isAuditDisabled()).toBe(false);
    installAudit(new Journal())();
    expect(await other).toBe('done');
  });

  test('what waits for a journal that was announced and never came is dropped and said', async () => {
    const withdraw = announceAudit();
    const work = audited('work.do', async () => 'done', { durability: 'durable' });
    const done = work();
    const entry = audit.record({ action: 'work.do' });
    withdraw();
    withdraw();
    await expect(entry.durable).rejects.toEqual(UNAVAILABLE);
    await expect(done).rejects.toEqual(UNAVAILABLE);
    expect(warnings).toEqual([expect.stringContaining('the journal could not be opened')]);
    expect(audit.status().reason).toMatch(/^(no journal has been opened yet|the journal was closed)$/);
  });
});

describe('an installed journal', () => {
  test('is what the audit of the process is, until it is taken away', async () => {
    const journal = new Journal();
    const other = new Journal();
    const status = { ...audit.status(), state: 'open' } as const;
    other.status = vi.fn(() => status) as never;
    other.page = vi.fn(async () => ({ entries: [], next: undefined })) as never;
    const uninstall = installAudit(journal);
    const uninstallOther = installAudit(other);
    audit.record({ action: 'work.do' });
    expect(audit.status()).toBe(status);
    expect(await audit.page({ limit: 1 })).toEqual({ entries: [], next: undefined });
    expect(other.page).toHaveBeenCalledWith({ limit: 1 });
    uninstallOther();
    uninstallOther();
    audit.record({ action: 'work.again' });
    uninstall();
    audit.record({ action: 'work.late' });
    expect([other, journal].map((each) => each.entries.map((entry) => entry.action))).toEqual([
      ['work.do'],
      ['work.again'],
    ]);
    expect(audit.status().size).toBe(1);
  });
});

describe('where audit is disabled', () => {
  test('what waits is dropped and said, and nothing is recorded any more', async () => {
    const early = audit.record({ action: 'work.do' });
    const open = audit.begin({ action: 'work.do' });
    const enable = disableAudit();
    expect(warnings).toEqual([expect.stringContaining('2 operations were recorded, and are dropped')]);
    await expect(early.durable).rejects.toEqual(UNAVAILABLE);
    await expect(open.end().durable).rejects.toEqual(UNAVAILABLE);
    const entry = audit.record({ action: 'work.do' });
    expect(audit.begin({ action: 'other' }).end()).toBe(entry);
    expect([entry.index, isAuditDisabled(), audit.status().state]).toEqual([undefined, true, 'closed']);
    await expect(entry.durable).rejects.toEqual(UNAVAILABLE);
    await audit.flush();
    await expect(audit.page()).rejects.toThrow(/audit is not enabled in this process/);
    expect(audit.with({ actor: 'user:1' }, () => 3)).toBe(3);
    disableAudit()();
    expect(warnings).toHaveLength(1);
    enable();
    enable();
    expect(isAuditDisabled()).toBe(false);
  });

  test('audited functions are the functions themselves, and later ones are on record again', async () => {
    const enable = disableAudit();
    const actor = vi.fn(() => 'user:1');
    const work = audited('work.do', async () => 'done', { actor, durability: 'durable' });
    expect(await work()).toBe('done');
    expect(actor).not.toHaveBeenCalled();
    expect(await audited('work.do', async () => 'done', { durability: 'durable', audit })()).toBe('done');
    const journal = new Journal();
    const uninstall = installAudit(journal);
    expect(await work()).toBe('done');
    uninstall();
    enable();
    expect(journal.entries.map((entry) => entry.phase)).toEqual(['started', 'ended']);
  });
});

test('a journal on disk takes what was early, and tells what was lost', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'audit-'));
  const open = audit.begin({ action: 'import.run' });
  const begun = Date.now();
  const entries = Array.from({ length: EARLY_CAPACITY + 1 }, () => audit.record({ action: 'work.do' }));
  await settle();
  const journal = createAudit({ directory });
  const uninstall = installAudit(journal);
  open.end({ outcome: 'success' });
  await audit.flush();
  const kept = entries.filter((entry) => entry.index !== undefined);
  await Promise.all(kept.map((entry) => entry.durable));
  expect(kept.length).toBe(EARLY_CAPACITY - 1);
  const { entries: shed } = await audit.page({ action: 'audit.*' });
  expect(shed).toMatchObject([{ action: 'audit.entries.shed', attributes: { entries: 2 } }]);
  const { entries: imports } = await audit.page({ action: 'import.run' });
  expect(imports.map((entry) => entry.phase)).toEqual(['started', 'ended']);
  expect(imports[1]?.durationMillis).toBeGreaterThanOrEqual(4);
  expect(Date.parse(imports[1]?.startTime ?? '')).toBeLessThanOrEqual(begun);
  expect((await audit.verify()).ok).toBe(true);
  await audit.close();
  uninstall();
  rmSync(directory, { recursive: true, force: true });
});

test('loads nothing that a journal needs: every cold start pays for it', () => {
  const seen = new Set<string>();
  const visit = (url: URL): void => {
    if (seen.has(url.href)) return;
    seen.add(url.href);
    const source = readFileSync(url, 'utf8');
    const imports = source.matchAll(/^(?:import|export) (?!type\b)[^;]*?from '([^']+)';/gm);
    for (const [, path = ''] of imports) {
      if (path.startsWith('.')) visit(new URL(path, url));
      else expect(['@opentelemetry/api', '@org/instrument-core', 'node:async_hooks']).toContain(path);
    }
  };
  visit(new URL('../src/process-audit.ts', import.meta.url));
  visit(new URL('../src/decorate/audited.ts', import.meta.url));
  expect(seen.size).toBeGreaterThan(10);
});
