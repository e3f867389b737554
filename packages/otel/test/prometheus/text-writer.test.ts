import { fragment } from '@org/instrument-core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createChunks } from '../../src/prometheus/chunks.ts';
import { canonicalText, secondsText, valueText } from '../../src/prometheus/number-text.ts';
import { TextWriter } from '../../src/prometheus/text-writer.ts';

/** A writer that begins with so few bytes that it must grow. */
const smallWriter = (bytes: number): TextWriter =>
  new TextWriter({ next: () => Buffer.allocUnsafeSlow(bytes), giveBack: () => {} });

const written = (write: (writer: TextWriter) => void): string => {
  const writer = smallWriter(64);
  write(writer);
  return writer.rest().toString();
};

const numberText = (value: number): string =>
  written((writer) => {
    writer.reserve(32);
    writer.number(value);
  });

describe('a text writer', () => {
  it('writes any number as JavaScript does, infinities as Prometheus does', () => {
    const number = fc.oneof(
      fc.double(),
      fc.maxSafeInteger(),
      fc.integer(),
      fc.constantFrom(-0, 1e21, 2 ** 53, 1e9),
    );
    fc.assert(
      fc.property(number, (value) => {
        expect(numberText(value)).toBe(valueText(value));
      }),
    );
    for (let exponent = 0; exponent < 16; exponent++) {
      for (const value of [10 ** exponent - 1, 10 ** exponent, -(10 ** exponent)]) {
        expect(numberText(value)).toBe(String(value));
      }
    }
    expect([Infinity, -Infinity, NaN].map(valueText)).toEqual(['+Inf', '-Inf', 'NaN']);
  });

  it('copies any part of any text', () => {
    const text = fc.string({ unit: 'binary', maxLength: 200 });
    fc.assert(
      fc.property(fc.array(text, { maxLength: 20 }), (parts) => {
        const result = written((writer) => {
          for (const part of parts) {
            const source = fragment(part);
            writer.reserve(source.end);
            writer.fragment(source);
          }
        });
        expect(result).toBe(Buffer.from(parts.join('')).toString());
      }),
    );
  });

  it('writes text of any characters', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 80 })), (parts) => {
        expect(
          written((writer) => {
            for (const part of parts) writer.text(part);
          }),
        ).toBe(parts.join(''));
      }),
    );
  });

  it('hands over what was written and begins anew', () => {
    const writer = smallWriter(16);
    writer.text('one');
    const one = writer.take();
    writer.text('two');
    expect([one.toString(), writer.length, writer.take().toString(), writer.take().length]).toEqual([
      'one',
      3,
      'two',
      0,
    ]);
  });

  it('writes anew into what was given back, and into nothing else', () => {
    const chunks = createChunks();
    const writer = new TextWriter(chunks);
    writer.text('one');
    const one = writer.take();
    writer.text('two');
    const two = writer.take();
    chunks.giveBack(one);
    writer.text('three');
    const three = writer.take();
    writer.text('four');
    expect([two, three, writer.rest()].map(String)).toEqual(['two', 'three', 'four']);
    expect([two, three, writer.rest()].map(({ buffer }) => buffer === one.buffer)).toEqual([
      false,
      false,
      true,
    ]);
  });
});

describe('the canonical numbers of OpenMetrics', () => {
  // The examples of OpenMetrics 1.0.0, "Considerations: Canonical Numbers".
  const CANONICAL = [
    ...['0.0', '0.001', '0.002', '0.01', '0.1', '0.9', '0.95', '0.99', '0.999', '1.0', '1.7', '10.0'],
    ...['1e-10', '1e-09', '1e-05', '0.0001', '0.1', '1.0', '100000.0', '1e+06', '1e+10', '+Inf', '-Inf'],
    ...['-1.0', '1.234567e+06', '123456.5', '1e+100', '5e-324'],
  ];
  it.each(CANONICAL)('%s', (text) => {
    expect(canonicalText(Number(text.replace('Inf', 'Infinity')))).toBe(text);
  });

  it('writes milliseconds as seconds', () => {
    expect([1_700_000_000_123, 1_700_000_000_000, 1_005, 7].map(secondsText)).toEqual([
      '1700000000.123',
      '1700000000',
      '1.005',
      '0.007',
    ]);
  });
});
