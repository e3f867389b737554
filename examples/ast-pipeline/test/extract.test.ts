import { describe, expect, it } from 'vitest';
import { Extract } from '../src/extract.ts';
import type { FileFacts } from '../src/facts.ts';
import { Parse } from '../src/parse.ts';

function factsOf(text: string, path = '/file.ts'): FileFacts {
  const source = { path, text, bytes: text.length, digest: 'sha256:00' };
  return new Extract().extract(source, new Parse().parse(source));
}

function complexityOf(body: string): number | undefined {
  return factsOf(`async function f(a, b) {\n${body}\n}`).functions[0]?.complexity;
}

describe('imports', () => {
  it('finds every way to refer to a module, in order, with its line', () => {
    const text = [
      "import 'a';",
      "import type { B } from 'b';",
      "import c, { d } from 'c';",
      "export * from 'd';",
      "export type { E } from 'e';",
      "export const f = require('f');",
      "import g = require('g');",
      "type H = import('h').H;",
      "await import('i');",
      'await import(`j` + f);',
      'require(f); other.require("k"); require("l", 1);',
    ].join('\n');
    expect(factsOf(text).imports).toEqual([
      { source: 'a', kind: 'import', line: 1 },
      { source: 'b', kind: 'type', line: 2 },
      { source: 'c', kind: 'import', line: 3 },
      { source: 'd', kind: 'export', line: 4 },
      { source: 'e', kind: 'type', line: 5 },
      { source: 'f', kind: 'require', line: 6 },
      { source: 'g', kind: 'require', line: 7 },
      { source: 'h', kind: 'type', line: 8 },
      { source: 'i', kind: 'dynamic', line: 9 },
    ]);
  });
});

describe('functions', () => {
  it('names them as a reader would', () => {
    const text = `
      export default () => 1;
      function a() {}
      const b = function () {}, c = () => {}, d = function e() {};
      exports.f = () => {};
      class G { constructor() {} get h() { return 1; } static #i() {} j = () => {}; 'k l'() {} [m]() {} }
      const o = { n() {}, p: () => {}, 1: () => {} };
      call(() => {});
    `;
    expect(factsOf(text, '/file.js').functions.map(({ name }) => name)).toEqual([
      'default',
      'a',
      'b',
      'c',
      'e',
      'f',
      'constructor',
      'h',
      '#i',
      'j',
      'k l',
      'm',
      'n',
      'p',
      '1',
      '(anonymous)',
    ]);
  });

  it('tells line, parameters, async and generator', () => {
    expect(factsOf('\nasync function* f(a, { b }, ...c) {}').functions).toEqual([
      { name: 'f', line: 2, parameters: 3, isAsync: true, isGenerator: true, complexity: 1 },
    ]);
  });

  it('leaves out what has no body', () => {
    const text =
      'function f(a: string): void; function f(a: any) {}\nabstract class A { abstract g(): void; }';
    expect(factsOf(text).functions).toHaveLength(1);
    expect(
      factsOf('export function f(): void; declare class A { g(): void }', '/file.d.ts').functions,
    ).toEqual([]);
  });
});

describe('cyclomatic complexity', () => {
  it.each([
    ['return 1;', 1],
    ['if (a) return 1; else return 2;', 2],
    ['if (a) return 1; else if (b) return 2;', 3],
    ['return a ? 1 : b ? 2 : 3;', 3],
    ['return (a && b) || (a ?? b);', 4],
    ['a ||= b; a += b;', 2],
    ['for (;;) {} ', 2],
    ['for (const x of a) for (const y in b) while (x) do {} while (y);', 5],
    ['switch (a) { case 1: case 2: return; default: return; }', 3],
    ['try { a(); } catch { b(); } finally { a(); }', 1],
    ['const { x = 1, y = 2 } = a;', 3],
    ['return a?.b.c?.();', 3],
  ])('of %s is %i', (body, expected) => {
    expect(complexityOf(body)).toBe(expected);
  });

  it('is counted to the innermost function, and outside of functions to the file', () => {
    const facts = factsOf('if (x) {}\nfunction f() { if (x) {} return () => (x ? 1 : x ? 2 : 3); }');
    expect(facts.complexity).toBe(2);
    expect(facts.functions.map(({ name, complexity }) => [name, complexity])).toEqual([
      ['f', 2],
      ['(anonymous)', 3],
    ]);
  });
});

describe('dialects', () => {
  it.each([
    ['/a.js', 'const a = <b/>;'],
    ['/a.jsx', '@d class A {}; const a = <b/>;'],
    ['/a.cjs', '#!/usr/bin/env node\nreturn new.target;'],
    ['/a.mjs', 'await import.meta.resolve("a"); import d from "./d.json" with { type: "json" };'],
    ['/a.ts', 'const a = <string>b; class A { constructor(@D() private b?: string) {} }'],
    ['/a.tsx', 'const a = <T,>(b: T) => <i>{b}</i>; using c = d;'],
    ['/a.cts', 'import a = require("a"); export = a;'],
    ['/a.mts', 'export type A = typeof import("a"); enum B { C = 1 << 2 }'],
    ['/a.ts', 'class A { @d accessor b = 1; @d [c]() {} @d static #f() {} @e() declare f: string; }'],
    ['/a.d.ts', 'declare module "a" { export { Undeclared }; } declare const b: unique symbol;'],
    ['/a.js', '\uFEFF"use strict"; with_bom()'.slice(1)],
  ])('parses %s: %s', (path, text) => {
    expect(factsOf(text, path).lines).toBeGreaterThan(0);
  });
});
