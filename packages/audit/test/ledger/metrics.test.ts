import { MeterProvider } from '@org/instrument-core';
import { expect, it } from 'vitest';
import { openLedger } from '../../src/ledger/index.ts';
import { claimOf } from './conformance/claim-of.ts';

it('counts what the ledger says, and how claims end', async () => {
  const meterProvider = new MeterProvider({});
  const ledger = await openLedger({ path: ':memory:', meterProvider, heartbeat: false, maxAttempts: 2 });
  await ledger.complete(await claimOf(ledger.begin('a')), { rows: 1 });
  await ledger.begin('a');
  await ledger.fail(await claimOf(ledger.begin('b')), new Error('no'), { retryAfter: 0 });
  await ledger.fail(await claimOf(ledger.begin('b')), new Error('no'));
  await ledger.begin('b');
  const claim = await claimOf(ledger.begin('c'));
  await ledger.begin('c');
  await ledger.release(claim);
  await expect(ledger.complete(claim)).rejects.toThrow();
  await ledger.close();
  const counts = meterProvider
    .snapshot()
    .filter(({ name }) => name.startsWith('audit.ledger.'))
    .map(({ name, attributes, value }) => `${name} ${attributes.outcome} ${value}`);
  expect(counts.sort()).toEqual([
    'audit.ledger.begins claimed 4',
    'audit.ledger.begins completed 1',
    'audit.ledger.begins dead 1',
    'audit.ledger.begins running 1',
    'audit.ledger.ends completed 1',
    'audit.ledger.ends dead 1',
    'audit.ledger.ends failed 1',
    'audit.ledger.ends released 1',
    'audit.ledger.ends stale 1',
  ]);
});
