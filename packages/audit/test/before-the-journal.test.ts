import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DiagLogger, diag } from '@opentelemetry/api';
import { InstrumentError } from '@org/instrument-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createAudit } from '../src/create-audit.ts';
import { audited } from '../src/decorate/audited.ts';
import { announceAudit, audit, disableAudit, installAudit } from '../src/process-audit.ts';

const LOCKED = new InstrumentError('INSTRUMENT_AUDIT_LOCKED', 'The journal belongs to somebody else', [
  {
    path: 'audit.directory',
    found: '/var/audit, which process 7 has',
    expected: 'another one',
    fix: 'Stop it.',
  },
]);
let errors: string[] = [];
let warnings: string[] = [];

beforeEach(() => {
  errors = [];
  warnings = [];
  const silent = (): void => {};
  const logger: DiagLogger = {
    error: (...words) => void errors.push(words.join(' ')),
    warn: (...words) => void warnings.push(words.join(' ')),
    info: silent,
    debug: silent,
    verbose: silent,
  };
  diag.setLogger(logger, { suppressOverrideMessage: true });
  disableAudit()();
});
afterEach(() => diag.disable());

/** What a promise rejects with. */
async function rejection(promise: Promise<unknown>): Promise<InstrumentError> {
  return promise.then(
    () => Promise.reject(new Error('It did not reject')),
    (error) => error,
  );
}

describe('a journal that was asked for', () => {
  test('and could not be opened is not asked for again: what needs it says why, once, and what to do', async () => {
    const withdraw = announceAudit({ failure: () => LOCKED.message, refuses: true });
    const durably = audited('work.do', async () => 'done', { durability: 'durable' });
    for (const ask of [() => audit.query().next(), () => audit.verify(), () => audit.checkpoint()]) {
      const { code, message, problems } = await rejection(ask());
      expect(code).toBe('INSTRUMENT_AUDIT_UNAVAILABLE');
      expect(message).toContain(
        'There is no journal: The journal belongs to somebody else; audit.directory: ',
      );
      expect(message).not.toContain('Call init(');
      expect(problems).toMatchObject([
        { found: 'a journal that could not be opened', fix: expect.stringContaining('tries again') },
      ]);
      expect(message.match(/\[INSTRUMENT_\w+\]/g)).toEqual(['[INSTRUMENT_AUDIT_UNAVAILABLE]']);
    }
    for (const refused of [async () => audit.record({ action: 'work.do' }), durably]) {
      const { message } = await rejection(refused());
      expect(message.match(/\[INSTRUMENT_\w+\]/g)).toEqual(['[INSTRUMENT_AUDIT_UNAVAILABLE]']);
      expect(message).toContain('process 7');
    }
    expect(audit.status().reason).not.toContain('INSTRUMENT_');
    withdraw();
  });

  test('and is being opened is waited for', async () => {
    const withdraw = announceAudit();
    expect((await rejection(audit.page())).problems).toMatchObject([{ fix: 'Await telemetry.ready first.' }]);
    withdraw();
    expect((await rejection(audit.page())).message).toContain('Call init({ audit: { directory } })');
  });
});

describe('an operation that is wrong', () => {
  test('whatever the journal is, throws at once what an open journal throws', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'audit-'));
    const open = createAudit({ directory });
    for (const operation of [
      { action: 'no spaces' },
      { action: 'audit.mine' },
      { action: 'work.do', outcome: 'sucess' },
      { action: 'work.do', actr: 'user:1' },
      { acton: 'work.do' },
      [],
      'work.do',
    ] as never[]) {
      const thrown = await rejection((async () => open.record(operation))());
      expect(thrown.code).toBe('INSTRUMENT_AUDIT_REFUSED');
      expect(() => audit.record(operation)).toThrow(thrown);
      expect(() => audit.begin(operation)).toThrow(thrown);
    }
    expect([audit.status().size, errors]).toEqual([0, []]);
    await open.close();
    rmSync(directory, { recursive: true, force: true });
  });

  test('for the options of the journal alone, is told once', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'audit-'));
    const wrong = audit.record({ action: 'work.undeclared' });
    const open = createAudit({ directory, actions: ['orders.*'] });
    const uninstall = installAudit(open);
    await expect(wrong.durable).rejects.toMatchObject({ code: 'INSTRUMENT_AUDIT_REFUSED' });
    expect(errors).toEqual([expect.stringContaining('found "work.undeclared"')]);
    await open.close();
    uninstall();
    rmSync(directory, { recursive: true, force: true });
  });
});

test('one operation that is dropped is one', () => {
  audit.record({ action: 'work.do' });
  disableAudit()();
  expect(warnings).toEqual([expect.stringContaining('1 operation was recorded, and is dropped')]);
});
