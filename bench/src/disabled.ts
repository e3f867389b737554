import { init, instrumentFunction } from '@org/instrument';
import { type Comparison, compare, type Finding, shareAtMost } from './measure.ts';

let calls = 0;

/** Eight functions that do next to nothing. */
const SMALL: readonly (() => number)[] = [
  () => calls++,
  () => calls--,
  () => (calls += 2),
  () => (calls -= 2),
  () => (calls += 3),
  () => (calls -= 3),
  () => (calls += 4),
  () => (calls -= 4),
];

/**
 * What is left of an instrumented call when telemetry is switched off: of a no-op, as it is, and asynchronous. V8
 * inlines the small one, wrapper and all; so there is also one that is too large for that, and then eight in turn, of
 * which none can be.
 */
export async function measureDisabled(report: (finding: Finding) => void): Promise<void> {
  const telemetry = init({ mode: 'disabled', logLevel: 'none' });
  const small = SMALL[0] as () => number;
  const large = largeFunction();
  const wrapped = SMALL.map((fn, i) => instrumented(fn, `${i}`));
  const comparisons: Pick<Comparison, 'name' | 'ours' | 'theirs'>[] = [
    { name: 'no-op', ours: alone(instrumented(small, 'small')), theirs: alone(small) },
    { name: 'async no-op', ours: alone(instrumented(asyncSmall, 'async')), theirs: alone(asyncSmall) },
    {
      name: 'no-op that is too large to be inlined',
      ours: alone(instrumented(large, 'large')),
      theirs: alone(large),
    },
    { name: 'no-op, one of eight called in turn', ours: inTurn(wrapped), theirs: inTurn(SMALL) },
  ];
  for (const { name, ...calls } of comparisons) {
    const row = { name: `disabled mode, instrumented ${name}`, peer: 'bare call', unit: 'ns' } as const;
    report(await compare({ ...row, target: shareAtMost(1.2), ...calls }));
  }
  await telemetry.shutdown();
}

function instrumented<F extends () => unknown>(fn: F, name: string): F {
  return instrumentFunction(fn, { name: `bench.disabled.${name}` });
}

async function asyncSmall(): Promise<number> {
  await undefined;
  return calls++;
}

/** A function whose code, nearly all of which never runs, is beyond what V8 inlines (`--max-inlined-bytecode-size`). */
function largeFunction(): () => number {
  const neverRuns = 'state.calls = state.calls * 3 + state.step;'.repeat(100);
  const body = `return () => { if (state.calls < 0) { ${neverRuns} } return state.calls += state.step; }`;
  return new Function('state', body)({ calls: 0, step: 1 }) as () => number;
}

/** Calls a method, always the same one. */
function alone<R>(run: () => R): () => R {
  const service = { run };
  return () => service.run();
}

/** Calls one after the other from one place. */
function inTurn(functions: readonly (() => number)[]): () => number {
  let turn = 0;
  return () => (functions[turn++ & 7] as () => number)();
}
