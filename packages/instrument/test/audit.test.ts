import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hang, startOtlpReceiver } from '../../otel/test/otlp-receiver.ts';
import { createAudit, verifyJournal } from '../src/audit.ts';
import { audit, audited, health, InstrumentError, init, type Telemetry } from '../src/index.ts';
import { startApp } from './support/start-app.ts';

let scratch: string;
let directory: string;
let telemetry: Telemetry | undefined;

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'init-audit-'));
  directory = join(scratch, 'journal');
});

afterEach(async () => {
  await telemetry?.shutdown();
  telemetry = undefined;
  diag.disable();
  rmSync(scratch, { recursive: true, force: true });
});

async function actions(): Promise<string[]> {
  const found: string[] = [];
  for await (const { action } of audit.query()) found.push(action);
  return found;
}

describe('init({ audit })', () => {
  it('keeps what is recorded from its call on, before the journal is open too, in order', async () => {
    telemetry = init({ prometheus: false, audit: { directory } });
    const first = audit.record({ action: 'orders.first' });
    expect(first.index).toBeUndefined();
    await telemetry.ready;
    await first.durable;
    audit.record({ action: 'orders.second' });
    expect(await actions()).toEqual(['orders.first', 'orders.second']);
    expect(first.index).toBe(0);
  });

  it('keeps what was recorded before it, with the time of then', async () => {
    const before = Date.now();
    const entry = audit.record({ action: 'orders.early' });
    await new Promise((resolve) => setTimeout(resolve, 20));
    telemetry = init({ prometheus: false, audit: { directory } });
    await telemetry.ready;
    await entry.durable;
    const { entries } = await audit.page();
    expect(entries.map(({ action }) => action)).toEqual(['orders.early']);
    const started = Date.parse(entries[0]?.startTime ?? '');
    expect(started).toBeGreaterThanOrEqual(before);
    expect(started).toBeLessThan(before + 20);
  });

  it('is sealed, signed and released by shutdown', async () => {
    telemetry = init({ prometheus: false, audit: { directory } });
    await telemetry.ready;
    await audited('orders.place', async () => {})();
    await telemetry.shutdown();
    telemetry = undefined;
    expect(existsSync(join(directory, 'lock'))).toBe(false);
    expect(await verifyJournal(directory)).toMatchObject({ ok: true, size: 2, checkpointed: 2, notices: [] });
  });

  it('is whole when the process ends at once while a receiver hangs, and a sync of the disk is under way', async () => {
    const receiver = await startOtlpReceiver();
    receiver.answer = hang;
    const source = `
      import { setImmediate as nextTurn } from 'node:timers/promises';
      import { audit, getMeter, init } from '@org/instrument';
      const otlp = { endpoint: '${receiver.url}', protocol: 'http/json' };
      const options = { directory: ${JSON.stringify(directory)} };
      await init({ prometheus: false, otlp, shutdownTimeout: 1_500, audit: options }).ready;
      getMeter('shop').createCounter('orders').add(1);
      for (let i = 0; i < 50; i++) {
        audit.record({ action: 'orders.placed', target: 'order:' + i });
        if (i % 10 === 0) await nextTurn();
      }
      process.exit(3);`;
    const { code, stderr } = await startApp({ source }).end;
    await receiver.close();
    expect(code).toBe(3);
    expect(stderr).not.toMatch(/lost/);
    expect(receiver.requests.length).toBeGreaterThan(0);
    expect(await verifyJournal(directory)).toMatchObject({ ok: true, size: 50 });
  });

  it('brings to disk what is recorded when it is flushed', async () => {
    telemetry = init({ prometheus: false, audit: { directory, commitInterval: '1h' } });
    await telemetry.ready;
    audit.record({ action: 'orders.first' });
    await telemetry.flush();
    audit.record({ action: 'orders.second' });
    await telemetry.flush();
    expect(audit.status()).toMatchObject({ state: 'open', size: 2, durable: 2 });
  });

  it('is not called unhealthy while it is being opened for the first time', async () => {
    telemetry = init({ prometheus: false, logLevel: 'none', health: true, audit: { directory } });
    expect((await health.check({ check: 'audit', fresh: true })).status).toBe('healthy');
    expect(audit.status().state).toBe('open');
  });

  it('waits for a directory that another one has, says so in health, and takes over', async () => {
    const other = createAudit({ directory });
    telemetry = init({ prometheus: false, logLevel: 'none', health: true, audit: { directory } });
    await telemetry.ready;
    const entry = audit.record({ action: 'orders.waiting' });
    const { components, status } = await health.check({ check: 'audit', fresh: true });
    expect(status).toBe('degraded');
    expect(JSON.stringify(components)).toContain(`process ${process.pid}`);
    await other.close();
    await entry.durable;
    expect(await actions()).toEqual(['orders.waiting']);
    expect((await health.check({ check: 'audit', fresh: true })).status).toBe('healthy');
  });

  it('opens one queue of spans, however often the journal has to be tried', async () => {
    const receiver = await startOtlpReceiver();
    const other = createAudit({ directory });
    try {
      const otlp = { endpoint: receiver.url };
      telemetry = init({ prometheus: false, logLevel: 'none', otlp, audit: { directory } });
      await telemetry.ready;
      const entry = audit.record({ action: 'orders.waiting' });
      await other.close();
      await entry.durable;
      const queues = telemetry.snapshot().filter(({ name }) => name === 'otel.sdk.processor.span.queue.size');
      // That of the application, and that of audit.
      expect(queues).toHaveLength(2);
    } finally {
      await telemetry?.shutdown();
      await receiver.close();
    }
  });

  it('shows its metrics on /metrics', async () => {
    telemetry = init({ prometheus: { port: 0 }, audit: { directory, origin: 'example.org/shop' } });
    await telemetry.ready;
    await audit.record({ action: 'orders.place' }).durable;
    const text = await (await fetch(telemetry.endpoints.prometheus ?? '')).text();
    expect(text).toMatch(
      /^audit_entries_total\{audit_journal="example.org\/shop",audit_result="recorded",.*\} 1$/m,
    );
    expect(text).toMatch(/^audit_journal_size\{audit_journal="example.org\/shop",.*\} 1$/m);
    expect(text).toMatch(/^audit_journal_state\{.*audit_state="open".*\} 1$/m);
    expect(text).toMatch(/^audit_journal_sync_duration_seconds_count\{.*\} 1$/m);
  });

  it('reads its options from a configuration file', async () => {
    const { resolveConfiguration } = await import('../src/configuration/resolve-configuration.ts');
    const { writeFileSync } = await import('node:fs');
    const lines = ['audit:', '  directory: /var/lib/audit', '  retention: { maxAge: 90d }', '  redact:'];
    writeFileSync(
      join(scratch, 'instrument.config.yaml'),
      [...lines, "    paths: ['**.password']", '    patterns: [card]', ''].join('\n'),
    );
    const { options } = resolveConfiguration(undefined, { env: {}, cwd: scratch });
    expect(options.audit).toEqual({
      directory: '/var/lib/audit',
      retention: { maxAge: '90d' },
      redact: { paths: ['**.password'], patterns: ['card'] },
    });
  });

  it('needs a directory, which is a mistake of the configuration to leave out', () => {
    for (const without of [{}, { redact: { patterns: ['email'] } }]) {
      expect(() => init({ prometheus: false, audit: without as never })).toThrow(
        /audit\.directory: found nothing, expected the path of a directory that lasts/,
      );
    }
  });

  it('tells all that is wrong with its options at once', () => {
    const wrong = { directory: '', whenFull: 'drop', segmentBytes: 1, redact: { patterns: ['emial'] } };
    expect(() => init({ audit: wrong as never })).toThrow(InstrumentError);
    try {
      init({ audit: wrong as never });
    } catch (error) {
      expect((error as InstrumentError).problems.map(({ path }) => path).sort()).toEqual([
        'audit.directory',
        'audit.redact.patterns[0]',
        'audit.segmentBytes',
        'audit.whenFull',
      ]);
    }
  });
});

describe('init() without audit', () => {
  it('keeps nothing, and says so once when something was recorded', async () => {
    const said: string[] = [];
    const logger = { error: () => {}, warn: (text: string) => said.push(text) };
    const silent = { info: () => {}, debug: () => {}, verbose: () => {} };
    diag.setLogger({ ...logger, ...silent }, DiagLogLevel.WARN);
    const early = audit.record({ action: 'orders.early' });
    telemetry = init({ prometheus: false });
    await telemetry.ready;
    const late = audit.record({ action: 'orders.late' });
    expect(said.filter((text) => text.startsWith('audit:'))).toHaveLength(1);
    for (const { durable } of [early, late]) {
      await expect(durable).rejects.toMatchObject({ code: 'INSTRUMENT_AUDIT_UNAVAILABLE' });
    }
    expect(await audited('orders.place', async () => 7)()).toBe(7);
    expect(audit.status().state).toBe('closed');
  });

  it('writes nothing in the mode disabled, whatever the options say', async () => {
    telemetry = init({ mode: 'disabled', audit: { directory } });
    await telemetry.ready;
    audit.record({ action: 'orders.place' });
    await telemetry.flush();
    expect(existsSync(directory)).toBe(false);
  });

  it('lets a journal of the application itself be', async () => {
    const own = createAudit({ directory });
    telemetry = init({ prometheus: false });
    own.record({ action: 'orders.place' });
    await own.close();
    const [segment] = readdirSync(join(directory, 'segments'));
    expect(readFileSync(join(directory, 'segments', segment ?? ''), 'utf8')).toContain('orders.place');
  });
});

describe('a journal that cannot be opened', () => {
  const never = { prometheus: false, logLevel: 'none' } as const;

  it('keeps what must not be done without it from being done, where that is asked for', async () => {
    const other = createAudit({ directory });
    try {
      telemetry = init({ ...never, audit: { directory, whenFull: 'fail' } });
      await telemetry.ready;
      let runs = 0;
      const place = audited('orders.place', async () => void runs++);
      await expect(place()).rejects.toMatchObject({ code: 'INSTRUMENT_AUDIT_UNAVAILABLE' });
      expect(() => audit.record({ action: 'orders.place' })).toThrow(`process ${process.pid}`);
      expect(runs).toBe(0);
    } finally {
      await other.close();
    }
  });

  it('is not waited for by what is to be durable', async () => {
    const other = createAudit({ directory });
    try {
      telemetry = init({ ...never, audit: { directory } });
      await telemetry.ready;
      const place = audited('orders.place', async () => 7, { durability: 'durable' });
      await expect(place()).rejects.toMatchObject({ code: 'INSTRUMENT_AUDIT_UNAVAILABLE' });
      expect(await audited('orders.place', async () => 7)()).toBe(7);
    } finally {
      await other.close();
    }
  });

  it('is missed aloud when the process ends before it was opened', async () => {
    const source = `
      import { audit, init } from '@org/instrument';
      init({ prometheus: false, audit: { directory: ${JSON.stringify(directory)} } });
      audit.record({ action: 'orders.place' });
      process.exit();`;
    const { stderr } = await startApp({ source }).end;
    expect(stderr).toMatch(/audit: 1 operation is lost.*await telemetry\.ready first/);
  });
});
