import { EventBus, type InstrumentError, MeterProvider } from '@org/instrument-core';
import { describe, expect, test } from 'vitest';
import { createAudit } from '../src/create-audit.ts';
import type { AuditOptions } from '../src/options.ts';
import { resolveAuditOptions } from '../src/resolve-options.ts';
import { useAudits } from './opened-audits.ts';

const audits = useAudits();

function refusalOf(options: unknown): InstrumentError {
  try {
    createAudit(options as AuditOptions);
  } catch (error) {
    return error as InstrumentError;
  }
  throw new Error('nothing was wrong');
}

describe('options', () => {
  test('that are wrong are told all at once', () => {
    const wrong = {
      directory: '',
      origin: 'with space',
      actions: 'orders.*',
      redact: { paths: [''], patterns: ['emial'] },
      maxEntryBytes: 1,
      maxTextLength: 1.5,
      segmentBytes: 1,
      segmentAge: 'soon',
      retention: { maxAge: -1, maxBytes: '1GB', maxSize: 1 },
      commitInterval: Number.NaN,
      maxWaitingBytes: 0,
      whenFull: 'drop',
      blockTimeout: null,
      checkpointInterval: Number.POSITIVE_INFINITY,
      signingKey: 5,
      tracer: {},
      meterProvider: 'none',
      events: null,
      segmentbytes: 5,
    };
    const { code, problems } = refusalOf(wrong);
    expect(code).toBe('INSTRUMENT_INVALID_ARGUMENT');
    expect(problems.map(({ path }) => path).sort()).toEqual(
      [
        ...Object.keys(wrong).filter((key) => key !== 'retention' && key !== 'redact'),
        'redact.paths[0]',
        'redact.patterns[0]',
        'retention.maxAge',
        'retention.maxBytes',
        'retention.maxSize',
      ].sort(),
    );
    expect(problems.find(({ path }) => path === 'segmentbytes')?.fix).toContain('segmentBytes');
  });

  test.for([[undefined], [null], ['directory'], [[]]])('that are none are refused: %s', ([options]) => {
    expect(refusalOf(options)).toMatchObject({ code: 'INSTRUMENT_INVALID_ARGUMENT' });
  });

  test.for([[null], [5], ['week'], [[]]])('whose retention is %s are refused', ([retention]) => {
    expect(refusalOf({ directory: 'x', retention }).problems).toMatchObject([{ path: 'retention' }]);
  });

  test('have defaults', () => {
    expect(resolveAuditOptions({ directory: '/x' })).toMatchObject({
      segmentBytes: 16 * 1024 * 1024,
      segmentAgeMillis: 86_400_000,
      maxAgeMillis: undefined,
      maxBytes: undefined,
      commitIntervalMillis: 2,
      maxWaitingBytes: 16 * 1024 * 1024,
      whenFull: 'shed',
      blockTimeoutMillis: 5_000,
      checkpointIntervalMillis: 60_000,
    });
  });

  test('are taken as they are when they are right', () => {
    const events = new EventBus();
    const meterProvider = new MeterProvider({});
    expect(
      resolveAuditOptions({
        directory: '/x',
        origin: 'example.org/x',
        segmentAge: '90d',
        retention: { maxAge: '1000d', maxBytes: 0 },
        events,
        meterProvider,
      }),
    ).toMatchObject({
      origin: 'example.org/x',
      segmentAgeMillis: 90 * 86_400_000,
      maxAgeMillis: 1_000 * 86_400_000,
      maxBytes: 0,
      events,
      meterProvider,
    });
  });

  test('for timers that Node.js has no timer for are as long as one can be', () => {
    // Node.js makes a millisecond of what does not fit, and would sign a thousand times a second.
    const long = { commitInterval: '30d', blockTimeout: '30d', checkpointInterval: '30d' };
    expect(resolveAuditOptions({ directory: '/x', ...long })).toMatchObject({
      commitIntervalMillis: 2 ** 31 - 1,
      blockTimeoutMillis: 2 ** 31 - 1,
      checkpointIntervalMillis: 2 ** 31 - 1,
    });
  });
});

describe('the name of a journal', () => {
  test('is made up once, and stays', async () => {
    const { audit, directory } = audits.open();
    const { origin } = audit.status();
    expect(origin).toMatch(/^instrument-audit\/[0-9a-f]{16}$/);
    // Even without an entry.
    await audit.close();
    expect(audits.open({ directory }).audit.status().origin).toBe(origin);
  });

  test('is the one given, and cannot be changed', async () => {
    const { audit, directory } = audits.open({ origin: 'example.org/one' });
    audit.record({ action: 'orders.place' });
    await audit.close();
    expect(refusalOf({ directory, origin: 'example.org/two' })).toMatchObject({
      code: 'INSTRUMENT_INVALID_ARGUMENT',
      problems: [{ path: 'origin', found: 'example.org/two', expected: 'example.org/one' }],
    });
    const again = audits.open({ directory, origin: 'example.org/one' });
    expect(again.audit.record({ action: 'orders.place' }).index).toBe(1);
  });
});
