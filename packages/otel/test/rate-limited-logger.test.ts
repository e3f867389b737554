import { diag } from '@opentelemetry/api';
import { describe, expect, it } from 'vitest';
import { keptBy } from '../../core/test/kept-memory.ts';
import { messageOf } from '../src/message-of.ts';
import { createRateLimitedLogger } from '../src/rate-limited-logger.ts';

function createLogger() {
  const lines: string[] = [];
  const clock = { millis: 0 };
  return {
    lines,
    clock,
    logger: createRateLimitedLogger(
      (line) => lines.push(line),
      () => clock.millis,
    ),
  };
}

describe('the rate-limited logger', () => {
  it('writes a message five times a minute, and says how often it did not', () => {
    const { lines, clock, logger } = createLogger();
    for (let i = 0; i < 12; i++) logger.error('no answer');
    expect(lines).toEqual(Array(5).fill('error: no answer'));
    clock.millis = 59_999;
    logger.error('no answer');
    expect(lines).toHaveLength(5);
    clock.millis = 60_000;
    logger.error('no answer');
    expect(lines.slice(5)).toEqual([
      'warn: said 8 more times within a minute: no answer',
      'error: no answer',
    ]);
  });

  it('says what it left out with the first message of any kind', () => {
    const { lines, clock, logger } = createLogger();
    for (let i = 0; i < 6; i++) logger.error('no answer');
    clock.millis = 60_000;
    logger.info('other');
    expect(lines.slice(5)).toEqual(['warn: said 1 more time within a minute: no answer', 'info: other']);
  });

  it('takes messages that differ in numbers for the same, and others for others', () => {
    const { lines, logger } = createLogger();
    for (let i = 0; i < 8; i++) logger.warn(`retry in ${i} ms`);
    for (let i = 0; i < 8; i++) logger.warn(`retry in the ${'abcdefgh'[i]} way`);
    expect(lines).toHaveLength(5 + 8);
  });

  it('tells the messages of one component of the SDK apart', () => {
    const { lines, logger } = createLogger();
    diag.setLogger(logger, { suppressOverrideMessage: true });
    const component = diag.createComponentLogger({ namespace: 'Exporter' });
    for (let i = 0; i < 8; i++) component.error('first');
    component.error('second');
    diag.disable();
    expect(lines).toEqual([...Array(5).fill('error: Exporter first'), 'error: Exporter second']);
  });

  it('keeps nothing of long messages but what it tells them apart by', async () => {
    const logger = createRateLimitedLogger(() => {});
    const kept = await keptBy(() => {
      for (let i = 0; i < 20; i++) {
        logger.warn(`${'abcdefghijklmnopqrst'[i]} failed: ${'x'.repeat(2_000_000)}1`);
      }
    });
    expect(kept).toBeLessThan(4_000_000);
  });

  it('writes one line for each message, with nothing in it that a terminal would obey', () => {
    const { lines, logger } = createLogger();
    logger.warn(
      'Not a value: key\n@org/instrument error: forged\u001b[2J\u009b2J\u202e',
      new Error('a\r\nb'),
    );
    expect(lines).toEqual([
      'warn: Not a value: key\\u{a}@org/instrument error: forged\\u{1b}[2J\\u{9b}2J\\u{202e} a\\u{d}\\u{a}b',
    ]);
  });

  it('writes at most a thousand lines a minute, however many messages there are, and says how many it left out', () => {
    const { lines, clock, logger } = createLogger();
    const word = (i: number): string =>
      i.toString().replaceAll(/\d/g, (digit) => 'abcdefghij'[Number(digit)]!);
    for (let i = 0; i < 35_000; i++) logger.warn(`Not a value: ${word(i)}`);
    expect(lines).toHaveLength(1_000);
    clock.millis = 60_000;
    logger.warn('another one');
    expect(lines.slice(1_000)).toEqual([
      'warn: left out 34,000 other lines within a minute',
      'warn: another one',
    ]);
  });

  it('keeps a bounded number of messages in mind', () => {
    const { lines, logger } = createLogger();
    for (let i = 0; i < 6; i++) logger.error('the oldest');
    for (let i = 0; i < 200; i++) logger.error(`${'a'.repeat(i % 20)} ${'b'.repeat(i / 20)}`);
    expect(lines).toContain('warn: said 1 more time within a minute: the oldest');
  });
});

describe('the text of an error', () => {
  const circular: { self?: unknown } = {};
  circular.self = circular;

  it.each<[string, unknown, string]>([
    ['an error', new TypeError('wrong'), 'wrong'],
    ['an error without a message', new TypeError(''), 'TypeError'],
    ['several at once', new AggregateError([new Error('::1'), new Error('127.0.0.1')]), '::1; 127.0.0.1'],
    ['a list', [new Error('one'), 'two'], 'one; two'],
    ['an object', { code: 7 }, '{"code":7}'],
    ['a circular object', circular, '[object Object]'],
    ['nothing', undefined, 'undefined'],
    ['bytes', Buffer.from('<html>'), '"<html>"'],
    ['a long answer', 'x'.repeat(5_000), `${'x'.repeat(999)}…`],
  ])('is short, for %s', (_, error, text) => {
    expect(messageOf(error)).toBe(text);
  });
});
