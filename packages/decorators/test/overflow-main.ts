// A program of `overflow.test.ts`: runs out of stack in instrumented functions, and prints how many calls of each stay active.
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { createDirectRecorder, installRuntime, type OperationRecorder } from '@org/instrument-core';
import { instrumentFunction } from '../src/index.ts';

const [, , way] = process.argv;

const operations = new Map<string, OperationRecorder>();
const direct = createDirectRecorder();
installRuntime({
  recorder: {
    operation: (description) => {
      const operation = direct.operation(description);
      operations.set(description.name, operation);
      return operation;
    },
  },
});
if (way === 'traced') {
  new NodeTracerProvider().register();
  installRuntime({ tracing: { enabled: true, parentBased: true } });
}
const options = way === 'classified' ? { classify: (): undefined => undefined } : {};

/** Calls that run out of stack, from callers of different depth: each time another part of a call is what lacks it. */
function overflow(run: () => unknown): void {
  const from = (depth: number): unknown => (depth === 0 ? run() : from(depth - 1));
  for (let depth = 0; depth < 100; depth++) {
    try {
      from(depth);
      throw new TypeError('there was stack enough');
    } catch (error) {
      if (!(error instanceof RangeError) && (error as Error).message !== 'deeper') throw error;
    }
  }
}

interface Tree {
  child?: Tree;
}

const cycle: Tree = {};
cycle.child = cycle;
const walk = instrumentFunction(({ child }: Tree): number => (child === undefined ? 0 : 1 + walk(child)), {
  ...options,
  name: 'walk',
});
const parse = instrumentFunction(
  (): never => {
    try {
      return parse();
    } catch (cause) {
      throw new Error('deeper', { cause });
    }
  },
  { ...options, name: 'parse' },
);
const value = instrumentFunction((n: number) => n, { ...options, name: 'value' });
const object = instrumentFunction((n: number) => ({ n }), { ...options, name: 'object' });
const promise = instrumentFunction((n: number) => Promise.resolve(n), { ...options, name: 'promise' });
const succeed = (n: number): void => {
  value(n);
  object(n);
  promise(n);
};
const tree = instrumentFunction(
  (n: number): number => {
    succeed(n);
    return value(n) + tree(n + 1);
  },
  { ...options, name: 'tree' },
);
const plain = (n: number): number => {
  succeed(n);
  return 1 + plain(n);
};

overflow(() => walk(cycle));
overflow(parse);
overflow(() => tree(0));
overflow(() => plain(0));
await new Promise(setImmediate);
console.log(JSON.stringify(activeCalls()));

/** What the direct recorder counts, by operation. */
function activeCalls(): Record<string, unknown> {
  return Object.fromEntries(
    [...operations].map(([name, operation]) => [name, Reflect.get(operation, 'active')]),
  );
}
