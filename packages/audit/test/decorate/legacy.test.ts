import { readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { transformWithEsbuild } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { InMemoryAudit } from './in-memory-audit.ts';

/** What the fixture exports; it is written in the other dialect, so its own types cannot be looked at here. */
interface Orders {
  place(id: number): string;
  pay(id: number): Promise<string>;
}
interface Fixture {
  orders(audit: unknown): { new (): Orders; create(): Orders };
  decorateField(): unknown;
  decorateGetter(): unknown;
}

const source = fileURLToPath(new URL('./fixtures/legacy/orders.ts', import.meta.url));
const compiled = source.replace(/\.ts$/, `.${process.pid}.compiled.mjs`);
let fixture: Fixture;

beforeAll(async () => {
  const { code } = await transformWithEsbuild(await readFile(source, 'utf8'), source, {
    tsconfigRaw: { compilerOptions: { experimentalDecorators: true, useDefineForClassFields: false } },
  });
  await writeFile(compiled, code);
  fixture = await import(/* @vite-ignore */ compiled);
});
afterAll(() => rm(compiled, { force: true }));

test('methods are audited under experimentalDecorators', async () => {
  const audit = new InMemoryAudit();
  const Orders = fixture.orders(audit);
  const orders = Orders.create();
  expect(orders).toBeInstanceOf(Orders);
  expect([orders.place(1), await orders.pay(2)]).toEqual(['order 1', 'order 2']);
  expect([orders.place.name, orders.place.length]).toEqual(['place', 1]);
  expect(audit.entries.map((entry) => `${entry.action} ${entry.phase}`)).toEqual([
    'orders.create started',
    'orders.create ended',
    'orders.place started',
    'orders.place ended',
    'orders.pay started',
    'orders.pay ended',
  ]);
  expect(audit.entries[2]?.target).toEqual({ id: 'order:1' });
});

test('fields and accessors are refused under experimentalDecorators', () => {
  const misuse = expect.objectContaining({ code: 'INSTRUMENT_DECORATOR_MISUSE' }) as Error;
  expect(fixture.decorateField).toThrow(misuse);
  expect(fixture.decorateGetter).toThrow(misuse);
});
