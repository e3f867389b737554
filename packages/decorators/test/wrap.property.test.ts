import fc from 'fast-check';
import { expect, test } from 'vitest';
import { behaviours, expectSameBehaviour, implement } from '../../core/test/wrapping/behaviour.ts';
import { type InstrumentOptions, instrumentFunction } from '../src/index.ts';
import { useRecording } from './recording.ts';

const recording = useRecording();

const optionsOf: fc.Arbitrary<InstrumentOptions> = fc.constantFrom<InstrumentOptions>(
  {},
  { classify: () => 'word' },
  { attributes: () => ({ a: 1 }), metricAttributes: ['a'] },
  {
    classify: () => {
      throw new Error('classify');
    },
  },
);

test('an instrumented function behaves as the function itself, and every call of it ends once', async () => {
  await fc.assert(
    fc.asyncProperty(behaviours, optionsOf, async (behaviour, options) => {
      const fn = implement(behaviour);
      const wrapped = instrumentFunction(fn, { name: 'property', ...options });
      const before = recording.current.ended.length;
      await expectSameBehaviour(wrapped, fn, behaviour);
      expect(recording.current.active).toBe(0);
      expect(recording.current.ended.length).toBe(before + 1);
    }),
    { numRuns: 400 },
  );
});
