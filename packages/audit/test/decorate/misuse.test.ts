import { InstrumentError } from '@org/instrument-core';
import { describe, expect, test } from 'vitest';
import { audited } from '../../src/decorate/audited.ts';

const misused = audited as (...args: unknown[]) => (...args: unknown[]) => unknown;

function problemsOf(misuse: () => unknown): string[] {
  try {
    misuse();
  } catch (error) {
    if (!(error instanceof InstrumentError)) throw error;
    expect(error.code).toBe('INSTRUMENT_DECORATOR_MISUSE');
    return error.problems.map((problem) => problem.path);
  }
  throw new Error('Nothing was thrown');
}

describe('audited refuses at decoration', () => {
  test('all that is wrong with action and options at once', () => {
    const wrong = {
      actr: 'user:1',
      actor: 7,
      inputs: [{ name: 'no namespace' }],
      reason: '',
      after: 'later',
      classify: true,
      durability: 'sure',
      stream: 1,
      audit: {},
    };
    expect(problemsOf(() => misused('no spaces', wrong)).sort()).toEqual([
      'action',
      'actor',
      'actr',
      'after',
      'audit',
      'classify',
      'durability',
      'inputs',
      'reason',
      'stream',
    ]);
  });

  test('an action that is missing, too long, or the journal’s own', () => {
    expect(problemsOf(() => misused())).toEqual(['action']);
    expect(problemsOf(() => misused({}))).toEqual(['action']);
    expect(problemsOf(() => misused('a'.repeat(129)))).toEqual(['action']);
    expect(problemsOf(() => misused('audit.opened'))).toEqual(['action']);
    expect(problemsOf(() => misused(() => {}, {}))).toEqual(['action']);
    expect(problemsOf(() => misused(() => {}))).toEqual(['action']);
  });

  test('options that are none', () => {
    expect(problemsOf(() => misused('orders.pay', 7))).toEqual(['']);
    expect(problemsOf(() => misused(7))).toEqual(['', 'action']);
  });

  test('classes, fields, accessors, parameters and a bare decorator', () => {
    const place = misused('orders.pay');
    expect(problemsOf(() => misused('orders.pay', class {}))).toEqual(['fn']);
    const method = { class() {} }.class;
    expect(misused('orders.pay', method)).toBeTypeOf('function');
    const context = (kind: string): object => ({ kind, name: 'x' });
    for (const kind of ['field', 'accessor', 'getter', 'setter', 'class']) {
      expect(problemsOf(() => place(undefined, context(kind)))).toEqual(['@audited']);
    }
    expect(problemsOf(() => place(class {}))).toEqual(['@audited']);
    expect(problemsOf(() => place({}, 'field', undefined))).toEqual(['@audited']);
    expect(problemsOf(() => place({}, 'total', { get: () => 1 }))).toEqual(['@audited']);
    expect(problemsOf(() => place(class {}, undefined, 0))).toEqual(['@audited']);
    expect(problemsOf(() => misused(() => {}, context('method')))).toEqual(['action']);
  });

  test('the dialect of 2018, which SWC makes of JavaScript, says which option the compiler needs', () => {
    const element = {
      [Symbol.toStringTag]: 'Descriptor',
      kind: 'method',
      key: 'pay',
      placement: 'prototype',
    };
    const use = () => misused('orders.pay')(element);
    expect(problemsOf(use)).toEqual(['@audited']);
    expect(use).toThrow(/"experimentalDecorators": true/);
  });

  test('durable on what is not async', () => {
    const durable = { durability: 'durable' };
    expect(problemsOf(() => misused('orders.pay', () => Promise.resolve(), durable))).toEqual(['durability']);
    expect(problemsOf(() => misused('orders.pay', async function* () {}, durable))).toEqual(['durability']);
    expect(
      problemsOf(() => misused('orders.pay', durable)(() => {}, { kind: 'method', name: 'pay' })),
    ).toEqual(['durability']);
    expect(misused('orders.pay', async () => {}, durable)).toBeTypeOf('function');
  });
});
