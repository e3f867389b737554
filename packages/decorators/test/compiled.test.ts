import { describe, expect, test } from 'vitest';
import { useRecording } from './recording.ts';

/**
 * What the fixtures export: what compilers made of
 *
 *     class Line { total() { … } }
 *     @instrumented
 *     export class Stock {
 *       static Line = Line;
 *       static handler = () => 'handled';
 *       reserve() { … }
 *       static load() { … }
 *       @instrumented.skip
 *       quiet() { … }
 *     }
 *     export { Line };
 */
interface Fixture {
  readonly Line: new () => { total(): number };
  readonly Stock: {
    readonly Line: unknown;
    handler(): string;
    load(): { reserve(): string; quiet(): string };
  };
}

const FIXTURES = [
  new URL('./fixtures/compiled/es5.mjs', import.meta.url),
  new URL('./fixtures/compiled/es5-legacy.mjs', import.meta.url),
  new URL('./fixtures/compiled/babel.mjs', import.meta.url),
  new URL('./fixtures/compiled/babel-legacy.mjs', import.meta.url),
] as const;

const recording = useRecording();

describe('an instrumented class that is compiled to a function', () => {
  for (const { pathname } of FIXTURES) {
    const name = pathname.slice(pathname.lastIndexOf('/') + 1, -'.mjs'.length);
    // What was assigned to a static field before the decorator is called looks like a method then.
    const statics = name.endsWith('-legacy') ? [] : ['Stock.load'];
    test(`has the methods that were assigned to its prototype instrumented (${name})`, async () => {
      const { Line, Stock }: Fixture = await import(/* @vite-ignore */ pathname);
      const stock = Stock.load();
      expect([stock.reserve(), stock.quiet(), Stock.handler()]).toEqual(['reserved', 'quiet', 'handled']);
      expect(Stock.Line).toBe(Line);
      expect(new Line().total()).toBe(1);
      expect(recording.current.ended.map((call) => call.operation)).toEqual([...statics, 'Stock.reserve']);
    });
  }
});

test('a class that is compiled to a function is no method of the prototype that holds it', async () => {
  const { instrumented } = await import('../src/index.ts');
  function Line(): void {}
  Line.prototype.total = (): number => 1;
  class Stock {
    declare Line: typeof Line;
  }
  Object.assign(Stock.prototype, { Line, Lines: Map });
  instrumented(Stock);
  expect(Stock.prototype).toMatchObject({ Line, Lines: Map });
});
