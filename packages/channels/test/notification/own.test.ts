import { diag } from '@opentelemetry/api';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createNotificationReader } from '../../src/notification/reader.ts';

const read = createNotificationReader({ service: 'shop', host: 'web-1' });
const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';

describe("events of the user's own", () => {
  it('are told by what they say of themselves', () => {
    const payload = {
      severity: 'critical',
      phase: 'triggered',
      key: 'fraud/42',
      title: 'Fraud suspected',
      message: 'Order 42 looks odd.',
      timestampMillis: 1_700_000_000_000,
      traceId: TRACE,
      spanId: SPAN,
    };
    expect(read('order.fraud', payload, 'id-7')).toEqual({
      id: 'id-7',
      event: 'order.fraud',
      timestampMillis: 1_700_000_000_000,
      severity: 'critical',
      phase: 'triggered',
      key: 'fraud/42',
      title: 'Fraud suspected',
      text: 'Order 42 looks odd.',
      source: { service: 'shop', host: 'web-1' },
      traceId: TRACE,
      spanId: SPAN,
      payload,
    });
  });

  it('are told by their name where they say nothing of the right type', () => {
    const before = Date.now();
    const payload = {
      severity: 7,
      phase: 'odd',
      key: {},
      title: 3,
      message: null,
      timestampMillis: 'now',
      traceId: 'x',
      spanId: SPAN,
    };
    const { timestampMillis, ...rest } = read('order.refused', payload, 'id');
    expect(rest).toMatchObject({
      severity: 'info',
      phase: 'occurred',
      key: 'order.refused',
      title: 'order.refused',
      text: '',
    });
    expect(rest).not.toHaveProperty('traceId');
    expect(rest).not.toHaveProperty('spanId');
    expect(timestampMillis).toBeGreaterThanOrEqual(before);
    // Microseconds for milliseconds, and times before there was any.
    for (const millis of [1e300, Date.now() * 1_000, -1]) {
      const { timestampMillis: millisRead } = read('e', { timestampMillis: millis }, 'id');
      expect(millisRead).toBeGreaterThanOrEqual(before);
      expect(millisRead).toBeLessThanOrEqual(Date.now());
    }
  });

  it('have severities in the words of loggers', () => {
    const words = {
      FATAL: 'critical',
      crit: 'critical',
      emergency: 'critical',
      err: 'error',
      Warn: 'warning',
    };
    for (const [word, severity] of Object.entries({
      ...words,
      notice: 'info',
      debug: 'info',
      trace: 'info',
    })) {
      expect(read('order.odd', { severity: word }, 'id').severity).toBe(severity);
    }
    expect(read('order.odd', { phase: 'Resolved' }, 'id').phase).toBe('resolved');
    expect(read('order.odd', { severity: ' ' }, 'id').severity).toBe('info');
  });

  it('are warnings in words that nobody knows, which is told once', () => {
    const said: string[] = [];
    const tell = (message: string): void => void said.push(message);
    const quiet = (): void => {};
    diag.setLogger({ error: tell, warn: tell, info: quiet, debug: quiet, verbose: quiet });
    onTestFinished(() => diag.disable());
    const payload = { severity: 'awful', phase: 'begun' };
    for (let i = 0; i < 3; i++) {
      expect(read('order.odd', payload, 'id')).toMatchObject({ severity: 'warning', phase: 'occurred' });
    }
    expect(said).toEqual([
      'channels: reading the severity "awful" failed: it is no severity of a notification; it is taken for a warning',
      'channels: reading the phase "begun" failed: it is no phase of a notification; known are occurred, triggered, acknowledged, resolved',
    ]);
  });

  it('are errors with an error as err, as loggers have it', () => {
    expect(read('order.odd', { err: new RangeError('bad row') }, 'id')).toMatchObject({
      severity: 'error',
      title: 'order.odd: RangeError: bad row',
    });
  });

  it('have their first line in the title, and say nothing twice', () => {
    expect(read('order.refused', { message: 'no money' }, 'id')).toMatchObject({
      title: 'order.refused: no money',
      text: '',
    });
    expect(read('order.refused', { message: 'no money\nat all' }, 'id')).toMatchObject({
      title: 'order.refused: no money',
      text: 'no money\nat all',
    });
    expect(read('order.refused', { summary: 'short', text: 'long' }, 'id')).toMatchObject({
      title: 'order.refused: short',
      text: 'long',
    });
  });

  it('that are errors, or have one, are of severity error, unless they say otherwise', () => {
    const error = new TypeError('x is not a function');
    expect(read('job.broke', error, 'id')).toMatchObject({
      severity: 'error',
      title: 'job.broke: TypeError: x is not a function',
    });
    expect(read('job.broke', { error, job: 1 }, 'id')).toMatchObject({
      severity: 'error',
      title: 'job.broke: TypeError: x is not a function',
    });
    expect(read('job.broke', { error, severity: 'info' }, 'id').severity).toBe('info');
  });

  it('of a room that does not know them are read like any other', () => {
    expect(read('health.of.mine', { title: 'mine', severity: 'error' }, 'id')).toMatchObject({
      title: 'mine',
      severity: 'error',
    });
    expect(read('alert.firing', { title: 'no name' }, 'id')).toMatchObject({
      title: 'no name',
      phase: 'occurred',
    });
    for (const room of ['alert', 'audit', 'channel', 'execution', 'health', 'performance', 'pipeline']) {
      for (const event of [room, `${room}.`, `${room}.constructor`])
        expect(read(event, undefined, 'id').title).toBe(event);
    }
  });

  it('stay one line in the title, and bounded', () => {
    const { title, text, key } = read(
      'e',
      {
        title: `a\r\n\u001b[31mb\u2028c${'d'.repeat(1_000)}`,
        text: 'x\u0000\r\ny'.repeat(9_000),
        key: `k\n${'k'.repeat(500)}`,
      },
      'id',
    );
    expect(title).toMatch(/^a \[31mb cd+…$/);
    expect(title.length).toBe(256);
    expect(text.length).toBeLessThanOrEqual(8_192);
    expect(text.startsWith('x\nyx\ny')).toBe(true);
    expect(key).toMatch(/^k k+…\/[0-9a-f]{32}$/);
    expect(key.length).toBe(200);
  });

  it('have keys of bounded length that differ where their own do', () => {
    const keyOf = (key: string): string => read('import.stuck', { key }, 'id').key;
    const path = `import/s3://archive/${'year=2026/'.repeat(60)}`;
    expect(keyOf(`${path}a.csv`)).not.toBe(keyOf(`${path}b.csv`));
    expect(keyOf(`${path}a.csv`)).toBe(keyOf(`${path}a.csv`));
    expect(keyOf(`${path}a.csv`).length).toBeLessThanOrEqual(200);
    expect(keyOf('k'.repeat(200))).toBe('k'.repeat(200));
  });
});
