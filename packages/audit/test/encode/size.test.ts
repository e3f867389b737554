import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../src/canonical/canonical-json.ts';
import type { JsonValue } from '../../src/operation/entry.ts';
import { createBed } from './encoding.ts';

const MAX = 4_096;
const { encode, problems } = createBed({ maxEntryBytes: MAX });
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const bytes = (text: string): number => Buffer.byteLength(text);
const datasets = (count: number, name = 'n'): unknown[] =>
  Array.from({ length: count }, (_, i) => ({ namespace: 'file', name: `${name}${i}` }));

describe('an entry that would be too large', () => {
  it('keeps size and digest of its attributes', () => {
    const attributes = { 10: 'x', 9: 'ü'.repeat(3_000) };
    const { text, content } = encode({
      action: 'a',
      actor: 'me',
      attributes,
      target: 't',
      inputs: datasets(3),
    });
    const whole = canonicalJson(attributes as JsonValue);
    expect(content.attributes).toEqual({ $omitted: { bytes: bytes(whole), sha256: sha256(whole) } });
    expect(content.adjusted).toEqual([
      { path: 'attributes', what: '6,017 bytes were replaced by their size and SHA-256' },
    ]);
    expect(content.inputs?.length).toBe(3);
    expect(text).toBe(canonicalJson(content as unknown as JsonValue));
    expect(bytes(text)).toBeLessThanOrEqual(MAX);
  });

  it('keeps the first of its inputs and outputs, and the digest of all', () => {
    const { text, content } = encode({
      action: 'a',
      inputs: datasets(500, 'in'),
      outputs: datasets(7, 'out'),
    });
    const kept = content.inputs ?? [];
    expect(kept.length).toBeGreaterThan(20);
    expect(kept.length).toBeLessThan(500);
    expect(kept.at(-1)?.name).toBe(`in${kept.length - 1}`);
    expect(content.outputs?.length).toBe(7);
    const all = canonicalJson(datasets(500, 'in') as JsonValue);
    expect(content.adjusted).toEqual([
      { path: 'inputs', what: `the first ${kept.length} of 500 were kept; SHA-256 of all: ${sha256(all)}` },
    ]);
    expect(text).toBe(canonicalJson(content as unknown as JsonValue));
    expect(bytes(text)).toBeLessThanOrEqual(MAX);
    expect(bytes(text)).toBeGreaterThan(MAX * 0.8);
  });

  it('gives up attributes before datasets, and words about changes last', () => {
    const { content, text } = encode({
      action: 'a',
      attributes: { list: Array.from({ length: 300 }, () => ({ ['k'.repeat(120)]: Number.NaN })) },
      inputs: datasets(300),
      reason: 'r'.repeat(2_000),
    });
    expect(content.reason).toHaveLength(2_000);
    expect(content.adjusted?.slice(0, 2).map(({ path }) => path)).toEqual(['inputs', 'attributes']);
    expect(content.adjusted?.at(-1)?.what).toContain('more changes');
    expect(bytes(text)).toBeLessThanOrEqual(MAX);
  });

  it('is refused with the largest part and the limit, when that does not help', () => {
    const actor = { id: 'x', name: 'n'.repeat(3_000) };
    expect(problems({ action: 'a', actor, reason: 'r'.repeat(2_000), attributes: { a: 1 } })).toEqual([
      {
        path: 'actor.name',
        found: expect.stringContaining('bytes, the largest part of 5,'),
        expected: 'an entry of at most 4,096 bytes',
        fix: 'Shorten it, or raise maxEntryBytes.',
      },
    ]);
  });

  it('is measured in bytes', () => {
    expect(encode({ action: 'a', reason: 'r'.repeat(4_000) }).content.reason).toHaveLength(4_000);
    expect(problems({ action: 'a', reason: 'ü'.repeat(2_100) })[0]?.path).toBe('reason');
    expect(problems({ action: 'a', reason: '\u0001'.repeat(700) })[0]?.path).toBe('reason');
  });
});

it('more attributes than could ever fit are not read to the end', () => {
  let reads = 0;
  const item = {
    get text(): string {
      reads++;
      return 'x'.repeat(1_000);
    },
  };
  const { content } = encode({ action: 'a', attributes: { list: Array(10_000).fill(item) } });
  expect(reads).toBeLessThan(1_000);
  expect(content.adjusted?.map(({ path }) => path)).toContain('attributes');
  expect(content.adjusted?.some(({ what }) => what.startsWith('the rest was left out'))).toBe(true);
});
