import { expect, test } from 'vitest';
import { useDiagnostics } from '../../core/test/diagnostics.ts';
import { instrumented, instrumentPerformance } from '../src/index.ts';
import { useRecording } from './recording.ts';

type Method = () => unknown;
type Decorate = (value: object, context: object) => unknown;

const recording = useRecording();
const said = useDiagnostics();
const log: Decorate = (method) =>
  function (this: unknown): unknown {
    return (method as Method).call(this);
  };
/** As wrappers of ours, which keep what the function has. */
const keep: Decorate = (method) => Object.defineProperties(log(method, {}) as object, properties(method));

function properties(method: object): PropertyDescriptorMap {
  const { prototype: _, ...kept } = Object.getOwnPropertyDescriptors(method) as PropertyDescriptorMap;
  return kept;
}

/**
 * Decorates as TypeScript's output does, which hands out metadata only where `Symbol.metadata` is defined. The first
 * decorator stands on top.
 */
function decorate(target: new () => object, decorators: Record<string, unknown[]>, metadata?: object): void {
  for (const [name, list] of Object.entries(decorators)) {
    for (const decorator of [...list].reverse()) {
      const context = { kind: 'method', name, static: false, private: false, metadata, addInitializer() {} };
      const descriptor = Object.getOwnPropertyDescriptor(target.prototype, name);
      const value = (decorator as Decorate)(descriptor?.value, context) ?? descriptor?.value;
      Object.defineProperty(target.prototype, name, { ...descriptor, value });
    }
  }
  const context = { kind: 'class', name: target.name, metadata, addInitializer() {} };
  (instrumented as unknown as Decorate)(target, context);
}

function stock(): new () => { quiet(): void; own(): void; plain(): void } {
  return class Stock {
    quiet(): void {}
    own(): void {}
    plain(): void {}
  };
}

function operationsOf(target: ReturnType<typeof stock>): string[] {
  const instance = new target();
  instance.quiet();
  instance.own();
  instance.plain();
  return recording.current.ended.map(({ operation }) => operation);
}

test('with metadata of the class, what stands above a mark or an instrumented method is left out', async () => {
  const target = stock();
  decorate(
    target,
    { quiet: [log, instrumented.skip], own: [log, instrumentPerformance('mine')] },
    Object.create(null),
  );
  expect(operationsOf(target)).toEqual(['mine', 'Stock.plain']);
  await Promise.resolve();
  expect(said.warnings).toEqual([]);
});

test('without metadata, what keeps the properties of the function below is left out too', async () => {
  const target = stock();
  decorate(target, { quiet: [keep, instrumented.skip], own: [keep, instrumentPerformance('mine')] });
  expect(operationsOf(target)).toEqual(['mine', 'Stock.plain']);
  await Promise.resolve();
  expect(said.warnings).toEqual([]);
});

test('a mark on top needs nothing else', async () => {
  const target = stock();
  decorate(target, {
    quiet: [instrumented.skip, log],
    own: [instrumented.skip, instrumentPerformance('mine')],
  });
  expect(operationsOf(target)).toEqual(['mine', 'Stock.plain']);
  await Promise.resolve();
  expect(said.warnings).toEqual([]);
});

test('a mark that no class decorator can see is told of, and how to put it right', async () => {
  const target = stock();
  decorate(target, { quiet: [log, instrumented.skip] });
  expect(operationsOf(target)).toEqual(['Stock.quiet', 'Stock.own', 'Stock.plain']);
  await Promise.resolve();
  expect(said.warnings).toEqual([
    'decorators: @instrumented.skip on quiet has no effect, as no @instrumented class has that method. ' +
      'Where another decorator stands above it, put @instrumented.skip on top.',
  ]);
});
