import { InstrumentError } from '@org/instrument-core';
import { describe, expect, test } from 'vitest';
import { audited } from '../../src/decorate/audited.ts';
import { InMemoryAudit } from './in-memory-audit.ts';
import { settle } from './opened.ts';

// The disk must be slow, full and broken at will here.

describe('a durable operation', () => {
  test('runs once its start is on disk, and gives its result once its end is', async () => {
    const audit = new InMemoryAudit();
    audit.isFast = false;
    const steps: string[] = [];
    const pay = audited('orders.pay', async (amount: number) => steps.push(`paid ${amount}`), {
      durability: 'durable',
      audit,
    });
    const paid = pay(3).then((count) => steps.push(`told ${count}`));
    await settle();
    expect([steps, audit.entries.length]).toEqual([[], 1]);
    audit.sync();
    await settle();
    expect([steps, audit.entries.length]).toEqual([['paid 3'], 2]);
    audit.sync();
    await paid;
    expect(steps).toEqual(['paid 3', 'told 1']);
  });

  test('throws what the function throws once that is on disk', async () => {
    const audit = new InMemoryAudit();
    const error = new Error('declined');
    const pay = audited('orders.pay', async () => Promise.reject(error), { durability: 'durable', audit });
    await expect(pay()).rejects.toBe(error);
    expect(audit.entries.map((entry) => entry.outcome)).toEqual([undefined, 'failure']);
  });

  test('does not run when its start will never be on disk', async () => {
    const audit = new InMemoryAudit();
    audit.isFast = false;
    let runs = 0;
    const pay = audited('orders.pay', async () => runs++, { durability: 'durable', audit });
    const paid = pay();
    const lost = new InstrumentError('INSTRUMENT_AUDIT_UNAVAILABLE', 'closed');
    audit.lose(lost);
    await expect(paid).rejects.toBe(lost);
    expect(runs).toBe(0);
    expect(audit.entries.at(-1)).toMatchObject({ phase: 'ended', outcome: 'failure' });
  });

  test('keeps its result when only its end is lost', async () => {
    const audit = new InMemoryAudit();
    const pay = audited(
      'orders.pay',
      async () => {
        audit.isFast = false;
        return 'paid';
      },
      { durability: 'durable', audit },
    );
    const paid = pay();
    await settle();
    audit.lose(new InstrumentError('INSTRUMENT_AUDIT_UNAVAILABLE', 'closed'));
    expect(await paid).toBe('paid');
  });
});

describe('when the journal is full, and is to fail then', () => {
  function fullAudit(): InMemoryAudit {
    const audit = new InMemoryAudit();
    audit.isFull = true;
    return audit;
  }
  const unavailable: unknown = expect.objectContaining({ code: 'INSTRUMENT_AUDIT_UNAVAILABLE' });

  test('a function is not run, and fails in its own way', async () => {
    const audit = fullAudit();
    let runs = 0;
    const sync = audited('work.do', () => runs++, { audit });
    const later = audited('work.do', async () => runs++, { audit });
    const durable = audited('work.do', async () => runs++, { durability: 'durable', audit });
    async function* items(): AsyncGenerator<number> {
      yield runs++;
    }
    const stream = audited('work.do', items, { audit });
    expect(sync).toThrow(unavailable as Error);
    await expect(later()).rejects.toEqual(unavailable);
    await expect(durable()).rejects.toEqual(unavailable);
    const steps = stream();
    expect(steps).toBeInstanceOf(items);
    await expect(steps.next()).rejects.toEqual(unavailable);
    expect(runs).toBe(0);
  });

  test('a function that has run keeps its result', async () => {
    const audit = new InMemoryAudit();
    const work = audited(
      'work.do',
      () => {
        audit.isFull = true;
        return 'done';
      },
      { audit },
    );
    expect(work()).toBe('done');
    expect(audit.entries).toHaveLength(1);
    const queued = audited('work.do', () => 'done', { durability: 'queued', audit: fullAudit() });
    expect(queued()).toBe('done');
  });
});

test('an operation that cannot be put on record at all is reported, and runs', () => {
  const audit = new InMemoryAudit();
  audit.begin = () => {
    throw new TypeError('a bug');
  };
  expect(audited('work.do', (n: number) => n, { audit })(3)).toBe(3);
  expect(audit.entries).toEqual([]);
});
