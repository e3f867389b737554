import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LedgerKeyParts, ledgerKey } from '../../src/ledger/index.ts';

describe('ledgerKey', () => {
  it('can be read', () => {
    expect(ledgerKey({ source: 's3://invoices', name: '2026/11/25.csv', version: 'v3' })).toBe(
      's3://invoices#2026/11/25.csv@v3',
    );
    expect(ledgerKey({ source: 'uploads', digest: 'sha256:00ff' })).toBe('uploads=sha256:00ff');
    expect(ledgerKey({ source: 'a#b', name: 'c d%\n' })).toBe('a%23b#c%20d%25%0A');
  });

  it('is the same for the same parts alone', () => {
    const text = fc.oneof(
      fc.stringMatching(/^[#@=%a ]{1,4}$/),
      fc.string({ minLength: 1, unit: 'grapheme' }).filter((value) => !value.includes('\0')),
    );
    const parts = fc.record<LedgerKeyParts>(
      { source: text, name: text, version: text, digest: text },
      { requiredKeys: ['source', 'name'] },
    );
    fc.assert(
      fc.property(parts, parts, (a, b) => {
        const sorted = (value: LedgerKeyParts) => JSON.stringify(Object.entries(value).sort());
        expect(ledgerKey(a) === ledgerKey(b)).toBe(sorted(a) === sorted(b));
        expect(ledgerKey({ ...a })).toBe(ledgerKey(a));
      }),
    );
  });

  it('is a digest when it would be too long', () => {
    const long = ledgerKey({ source: 'a', name: 'x'.repeat(3_000) });
    expect(long).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(ledgerKey({ source: 'a', name: 'x'.repeat(3_001) })).not.toBe(long);
  });

  it('refuses what tells no input from others', () => {
    const invalid = expect.objectContaining({ code: 'INSTRUMENT_INVALID_ARGUMENT' });
    for (const parts of [
      {},
      { source: 'a' },
      { name: 'a' },
      { source: '', name: 'a' },
      { source: 'a', name: '\ud800' },
    ]) {
      expect(() => ledgerKey(parts as LedgerKeyParts)).toThrow(invalid);
    }
  });
});
