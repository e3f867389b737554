import 'reflect-metadata';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { transformWithEsbuild } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useRecording } from './recording.ts';

/** What the fixture exports; it is written in the other dialect, so its own types cannot be looked at here. */
interface Orders {
  total: number;
  42(): number;
  place(id: number): string;
  pay(id: number): Promise<string>;
  rows(): Iterable<string>;
  outer(): void;
  inner(): void;
}
interface Fixture {
  Orders: { new (): Orders; prototype: Orders };
  ExpressOrders: { new (): Orders; create(): Orders };
  Invoices: { load(): { send(): string; quiet(): string; own(): string } };
  decorateField(): unknown;
}

const recording = useRecording();
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

function calls(): [string, string][] {
  return recording.current.ended.map((call) => [call.operation, call.function]);
}

describe('decorators under experimentalDecorators', () => {
  test('measure methods, bare, named and with options', async () => {
    const orders = new fixture.Orders();
    expect(orders.place(1)).toBe('order 1');
    expect(await orders.pay(2)).toBe('order 2');
    expect([...orders.rows()]).toEqual(['order']);
    expect(orders[42]()).toBe(42);
    expect(calls()).toEqual([
      ['Orders.place', 'Orders.place'],
      ['orders.pay', 'Orders.pay'],
      ['orders.rows', 'Orders.rows'],
      ['Orders.42', 'Orders.42'],
    ]);
    expect(orders.place.name).toBe('place');
    expect(orders.place.length).toBe(1);
  });

  test('measure static, inherited and accessor members under the class that declares them', () => {
    const orders = fixture.ExpressOrders.create();
    expect(orders).toBeInstanceOf(fixture.ExpressOrders);
    orders.total = 3;
    expect(orders.total).toBe(3);
    orders.place(1);
    expect(calls()).toEqual([
      ['Orders.create', 'Orders.create'],
      ['Orders.total', 'Orders.set total'],
      ['Orders.total', 'Orders.get total'],
      ['Orders.place', 'Orders.place'],
    ]);
  });

  test('keep what reflect-metadata holds, whichever decorator stands above', () => {
    const { outer, inner } = fixture.Orders.prototype;
    expect(Reflect.getOwnMetadata('path', outer)).toBe('/outer');
    expect(Reflect.getOwnMetadata('path', inner)).toBe('/inner');
  });

  test('instrument a class, but for what is skipped or instrumented, whichever decorator stands above', () => {
    const invoices = fixture.Invoices.load();
    expect([invoices.send(), invoices.quiet(), invoices.own()]).toEqual(['sent', 'quiet', 'own']);
    expect(calls().map(([operation]) => operation)).toEqual([
      'Invoices.load',
      'Invoices.send',
      'invoices.own',
    ]);
  });

  test('refuse a field', () => {
    expect(fixture.decorateField).toThrow(expect.objectContaining({ code: 'INSTRUMENT_DECORATOR_MISUSE' }));
  });
});
