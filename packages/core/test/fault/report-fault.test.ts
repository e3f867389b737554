import { expect, test } from 'vitest';
import { reportFault } from '../../src/index.ts';
import { selfCounts } from '../../src/self-metrics.ts';
import { letDiagnosticsThrow, useDiagnostics } from '../diagnostics.ts';

const said = useDiagnostics();
const faultsOf = (component: string): number | undefined =>
  new Map(selfCounts('instrument.faults')).get(component);

test('a fault that repeats is counted each time, and said once', () => {
  for (const reason of ['first', 'second']) reportFault('repeating', 'writing', new Error(reason));
  expect(said.errors).toEqual(['repeating: writing failed: first']);
  expect(faultsOf('repeating')).toBe(2);
});

test('a fault is counted though the logger of diag throws, and nobody is harmed', () => {
  letDiagnosticsThrow();
  reportFault('untold', 'writing', new Error('disk'));
  expect(faultsOf('untold')).toBe(1);
});
