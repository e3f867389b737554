import { InstrumentError } from '@org/instrument-core';
import { describe, expect, test } from 'vitest';
import type { AuditDataset, AuditOperation } from '../../src/operation/operation.ts';
import { recordReduced } from '../../src/record/record-reduced.ts';
import { personal } from '../../src/subjects/personal.ts';

const OPERATION: AuditOperation = {
  action: 'orders.pay',
  actor: { id: 'user:1', name: 'Ada' },
  target: personal('user:2', 'ada@example.org'),
  outcome: 'failure',
  error: new RangeError('secret'),
  startTime: 5,
  durationMillis: 3,
  reason: 'why',
  inputs: [{ namespace: 'file', name: '/a' }],
  attributes: { bad: true },
};

/** A journal that takes the first operation that it finds nothing wrong with. */
function journal(isWrong: (operation: AuditOperation) => boolean): {
  asked: AuditOperation[];
  record: (operation: AuditOperation) => AuditOperation;
} {
  const asked: AuditOperation[] = [];
  const record = (operation: AuditOperation): AuditOperation => {
    asked.push(operation);
    if (isWrong(operation)) throw new InstrumentError('INSTRUMENT_AUDIT_REFUSED', 'wrong');
    return operation;
  };
  return { asked, record };
}

describe('an operation', () => {
  test('is recorded as it is where nothing is wrong with it', () => {
    const { asked, record } = journal(() => false);
    expect(recordReduced(OPERATION, record)).toBe(OPERATION);
    expect(asked).toHaveLength(1);
  });

  test('that is refused keeps who did what to what, and how it ended', () => {
    const { record } = journal((operation) => operation.reason !== undefined);
    expect(recordReduced(OPERATION, record)).toEqual({
      action: 'orders.pay',
      actor: 'user:1',
      target: OPERATION.target,
      outcome: 'failure',
      error: { type: 'RangeError' },
      startTime: 5,
      durationMillis: 3,
      attributes: { 'audit.fault': ['refused: recorded without its other parts'] },
    });
  });

  test('whose actor is at fault loses that, too', () => {
    const { asked, record } = journal((operation) => operation.actor !== undefined);
    expect(recordReduced(OPERATION, record)).not.toHaveProperty('actor');
    expect(asked).toHaveLength(3);
    const odd = {
      ...OPERATION,
      actor: 7 as never,
      target: { id: 'x'.repeat(10_000) },
      error: { type: 'Odd' },
    };
    const { record: recordOdd } = journal((operation) => operation.attributes?.bad === true);
    const kept = recordReduced(odd, recordOdd);
    expect(kept).toMatchObject({ target: 'x'.repeat(256), error: { type: 'Odd' } });
    expect(kept).not.toHaveProperty('actor');
  });

  test('that a journal cannot read is reduced, and one that it has no room for is not', () => {
    let calls = 0;
    const broken = (operation: AuditOperation): AuditOperation => {
      calls++;
      if (operation.attributes?.bad === true) throw new TypeError('a getter threw');
      return operation;
    };
    expect(recordReduced(OPERATION, broken)).toMatchObject({ action: 'orders.pay', actor: 'user:1' });
    const hostile = (): never => {
      throw new Error('trap');
    };
    const trap = new Proxy({}, { get: hostile, getPrototypeOf: hostile }) as never;
    const kept = recordReduced({ ...OPERATION, error: trap, actor: trap }, broken);
    expect(kept).toMatchObject({ error: { type: 'Error' }, target: OPERATION.target });
    const full = new InstrumentError('INSTRUMENT_AUDIT_UNAVAILABLE', 'full');
    calls = 0;
    const refuse = (): never => {
      calls++;
      throw full;
    };
    expect(() => recordReduced(OPERATION, refuse)).toThrow(full);
    expect(calls).toBe(1);
  });

  describe('with datasets that are refused', () => {
    const named = (name: string): AuditDataset => ({ namespace: 'file', name });
    const bad = (count: number): AuditDataset[] => Array.from({ length: count }, (_, i) => named(`bad ${i}`));
    /** Refuses datasets whose name says so, twenty at once, as a journal does. */
    const picky = (operation: AuditOperation): AuditOperation => {
      const problems = (['inputs', 'outputs'] as const).flatMap((field) =>
        (operation[field] ?? []).flatMap(({ name }, index) =>
          name.startsWith('bad')
            ? [{ path: `${field}[${index}].name`, found: 'bad', expected: 'a good one' }]
            : [],
        ),
      );
      const told = problems.slice(0, 20);
      if (problems.length > 20) told.push({ path: '', found: 'more problems', expected: 'none' });
      if (problems.length > 0) throw new InstrumentError('INSTRUMENT_AUDIT_REFUSED', 'wrong', told);
      return operation;
    };

    test('keeps the others and everything else, and says which are missing', () => {
      const operation = {
        ...OPERATION,
        inputs: [named('a'), named('bad 1'), named('b')],
        outputs: [named('bad 2')],
        attributes: { bad: true, 'audit.fault': ['reason: threw Error'] },
      };
      expect(recordReduced(operation, picky)).toEqual({
        ...operation,
        inputs: [named('a'), named('b')],
        outputs: [],
        attributes: {
          bad: true,
          'audit.fault': [
            'reason: threw Error',
            'inputs[1].name: expected a good one',
            'outputs[0].name: expected a good one',
          ],
        },
      });
    });

    test('leaves out more than one refusal can name', () => {
      const some = recordReduced({ ...OPERATION, inputs: [...bad(50), named('a')] }, picky);
      expect(some.inputs).toEqual([named('a')]);
      const faults = some.attributes?.['audit.fault'];
      expect(faults).toHaveLength(50);
      // By their places in the list that was given.
      expect(faults).toContain('inputs[49].name: expected a good one');
      expect(some.reason).toBe('why');
    });

    test('of which too many are wrong loses the list, and nothing else', () => {
      const many = { ...OPERATION, inputs: [...bad(1_000), named('a')], outputs: bad(200) };
      const asked: AuditOperation[] = [];
      const kept = recordReduced(many, (operation) => {
        asked.push(operation);
        return picky(operation);
      });
      expect(asked.length).toBeLessThan(7);
      expect(kept).toMatchObject({ ...OPERATION, inputs: [], outputs: [] });
      expect(kept.attributes?.['audit.fault']).toEqual(
        expect.arrayContaining([
          'inputs: too many are wrong, 921 more left out',
          'outputs: too many are wrong, 180 more left out',
        ]),
      );
    });

    test('that cannot even be read is reduced as any other, and one that there is no room for is not', () => {
      const refuse = (operation: AuditOperation): AuditOperation => {
        if (operation.inputs === undefined) return operation;
        throw new InstrumentError('INSTRUMENT_AUDIT_REFUSED', 'wrong', [
          { path: 'inputs[0].name', found: 'bad', expected: 'a good one' },
        ]);
      };
      const hostile = new Proxy([named('a')], {
        get: (list, key) => {
          if (key === 'length') return list.length;
          throw new Error('trap');
        },
      });
      const kept = recordReduced({ ...OPERATION, inputs: hostile }, refuse);
      expect(kept).toMatchObject({ action: 'orders.pay', actor: 'user:1' });
      expect(kept).not.toHaveProperty('inputs');
      const full = new InstrumentError('INSTRUMENT_AUDIT_UNAVAILABLE', 'full');
      let calls = 0;
      const fillUp = (operation: AuditOperation): AuditOperation => {
        if (calls++ > 0) throw full;
        return refuse(operation);
      };
      expect(() => recordReduced(OPERATION, fillUp)).toThrow(full);
      expect(calls).toBe(2);
    });

    test('and something else that is wrong is reduced as any other', () => {
      const alsoReason = (operation: AuditOperation): AuditOperation => {
        if (operation.reason === undefined) return picky(operation);
        throw new InstrumentError('INSTRUMENT_AUDIT_REFUSED', 'wrong', [
          { path: 'inputs[0].name', found: 'bad', expected: 'a good one' },
          { path: 'reason', found: 'a number', expected: 'a text' },
        ]);
      };
      expect(recordReduced(OPERATION, alsoReason)).not.toHaveProperty('inputs');
    });
  });

  test('of which nothing is right is refused', () => {
    const { record } = journal(() => true);
    expect(() => recordReduced(OPERATION, record)).toThrow(/INSTRUMENT_AUDIT_REFUSED/);
  });
});
