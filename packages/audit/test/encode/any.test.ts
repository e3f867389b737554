import { InstrumentError } from '@org/instrument-core';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EncodedEntry } from '../../src/encode/encoder.ts';
import { createEntryEncoder } from '../../src/encode/operation.ts';
import { personal } from '../../src/subjects/personal.ts';
import { FACTS, HiddenTexts } from './encoding.ts';

const NEEDLE = 'ada@example.org';
const MAX_ENTRY_BYTES = 4_096;
const PROTOTYPE_KEYS = ['__proto__', 'constructor', 'prototype'];
const runs = { numRuns: 1_000 };

const encoder = createEntryEncoder({
  subjects: new HiddenTexts(),
  maxEntryBytes: MAX_ENTRY_BYTES,
  maxTextLength: 256,
  redact: { patterns: ['email', 'card', /needle-\d+/g], paths: ['**.password', 'actor.name'] },
});

class Instance {
  readonly field: unknown;
  constructor(field: unknown) {
    this.field = field;
  }
}

const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 400 }),
  // Lone surrogates, too.
  fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 10 })
    .map((codes) => String.fromCharCode(...codes)),
  fc.constantFrom(
    NEEDLE,
    `x ${NEEDLE}\n`,
    'needle-7',
    'a\u2028b\r\n',
    '\ud800',
    '__proto__',
    'password',
    '4',
    '10',
  ),
);
const fail = (): never => {
  throw new Error('hostile');
};
const hostile: readonly unknown[] = [
  new Proxy({}, { get: fail, ownKeys: fail, getPrototypeOf: fail }),
  new Proxy([], { get: fail }),
  { toJSON: fail },
  Object.defineProperty({}, 'a', { get: fail, enumerable: true }),
  Object.create({ inherited: NEEDLE }),
  (() => {
    const cycle: Record<string, unknown> = {};
    cycle.again = [cycle, new Map([['cycle', cycle]])];
    return cycle;
  })(),
];

/** Anything that can stand somewhere. */
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    texts,
    fc.anything({
      withBigInt: true,
      withBoxedValues: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
      withObjectString: true,
      withSet: true,
      withSparseArray: true,
      withTypedArray: true,
      key: texts,
    }),
    fc.constantFrom(...hostile),
    fc.constantFrom<unknown>(
      4111111111111111,
      Symbol('s'),
      () => NEEDLE,
      Number.NaN,
      -0,
      Buffer.from(NEEDLE),
    ),
    tie('value').map((inner) => personal('user', inner)),
    tie('value').map((inner) => new Instance(inner)),
    tie('value').map((inner) => new Error(NEEDLE, { cause: inner })),
    tie('value').map((inner) => ({ password: inner, toJSON: () => ({ [NEEDLE]: inner }) })),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.tuple(texts, tie('value')), { maxLength: 5 }).map((pairs) => Object.fromEntries(pairs)),
    fc.array(fc.tuple(texts, tie('value')), { maxLength: 4 }).map((pairs) => new Map(pairs)),
  ),
}));

function checkEntry({ text, content }: EncodedEntry): void {
  const parsed: unknown = JSON.parse(text);
  expect(text).toBe(canonicalize(parsed));
  // Strictly: no object has got another prototype.
  expect(content).toStrictEqual(parsed);
  expect(text).not.toMatch(/[\n\r]/);
  expect(text).not.toContain(NEEDLE);
  // Patterns see every text but the action.
  expect(JSON.stringify({ ...content, action: '' })).not.toContain('needle-7');
  // What was measured is no text, and is left as it is.
  expect(JSON.stringify(content.attributes) ?? '').not.toContain('4111111111111111');
  expect(Buffer.from(text).toString()).toBe(text);
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MAX_ENTRY_BYTES);
  expect(keysOf(parsed).filter((key) => PROTOTYPE_KEYS.includes(key))).toEqual([]);
  expect(passwordsOf(parsed).every((password) => password === '[redacted]')).toBe(true);
}

function keysOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return [...Object.keys(value), ...Object.values(value).flatMap(keysOf)];
}

function passwordsOf(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    ...(key === 'password' ? [inner] : []),
    ...passwordsOf(inner),
  ]);
}

describe('whatever is put into an operation, its entry is sound', () => {
  it('in the attributes', () => {
    fc.assert(
      fc.property(fc.dictionary(texts, value), (attributes) => {
        checkEntry(encoder.encode({ action: 'a.b', attributes }, FACTS));
      }),
      runs,
    );
  });

  it('in any text', () => {
    const any = fc.oneof(
      texts,
      texts.map((text) => personal('user', text)),
    );
    const operation = fc.record({
      action: fc.constant('a.b'),
      actor: fc.record({ id: any, name: any, type: texts, address: any }),
      target: any,
      reason: any,
      error: fc.oneof(
        texts.map((text) => new Error(text)),
        value,
      ),
      correlation: fc.record({ tenant: texts, requestId: texts }),
      inputs: fc.array(fc.record({ namespace: texts, name: texts, version: texts }), { maxLength: 20 }),
    });
    fc.assert(
      fc.property(operation, (given) => {
        const entry = encodedOr(given);
        if (entry !== undefined) checkEntry(entry);
      }),
      runs,
    );
  });

  it('in any field, or it is refused', () => {
    const fields = [
      'action',
      'actor',
      'target',
      'outcome',
      'error',
      'inputs',
      'outputs',
      'reason',
      'correlation',
    ];
    const more = ['startTime', 'durationMillis', 'attributes', 'unknown'];
    const field = fc.constantFrom(...fields, ...more);
    const part = fc.constantFrom(
      'id',
      'name',
      'type',
      'namespace',
      'traceId',
      'tenant',
      'message',
      'rows',
      'x',
    );
    const nested = fc.dictionary(part, value, { maxKeys: 4 });
    const any = fc.oneof(value, nested, fc.array(nested, { maxLength: 3 }));
    const pairs = fc.array(fc.tuple(field, any), { maxLength: 5 });
    fc.assert(
      fc.property(pairs, fc.boolean(), (given, isAction) => {
        const operation = { ...(isAction ? { action: 'a.b' } : {}), ...Object.fromEntries(given) };
        const entry = encodedOr(operation);
        if (entry !== undefined) checkEntry(entry);
      }),
      { numRuns: 3_000 },
    );
  });

  it('in place of it, or it is refused', () => {
    fc.assert(
      fc.property(value, (given) => {
        const entry = encodedOr(given);
        if (entry !== undefined) checkEntry(entry);
      }),
      runs,
    );
  });
});

/** The entry; `undefined` when it was refused, which is the only thing that may be thrown. */
function encodedOr(operation: unknown): EncodedEntry | undefined {
  try {
    return encoder.encode(operation as never, FACTS);
  } catch (error) {
    expect(error).toBeInstanceOf(InstrumentError);
    const { code, problems, message } = error as InstrumentError;
    expect(code).toBe('INSTRUMENT_AUDIT_REFUSED');
    expect(problems.length).toBeGreaterThan(0);
    expect(message).toContain('cannot be put on record');
    return undefined;
  }
}
