import { describe, expect, test } from 'vitest';
import { OptionReader } from '../src/option-reader.ts';

interface Options {
  delay?: unknown;
  size?: unknown;
  mode?: unknown;
  quiet?: unknown;
}

const KNOWN = ['delay', 'size', 'mode', 'quiet'] as const;

test('what is left out takes its default, what is given its place', () => {
  const read = new OptionReader<Options>({ delay: '2s', mode: 'fast' }, KNOWN);
  expect([
    read.millis('delay', 5),
    read.number('size', 7),
    read.oneOf('mode', 'slow', ['slow', 'fast']),
    read.flag('quiet', true),
  ]).toEqual([2_000, 7, 'fast', true]);
  read.done('Nothing is wrong');
});

describe('everything that is wrong', () => {
  test('is reported together, by its path', () => {
    const read = new OptionReader<Options>({ delay: 'soon', size: -1, quit: true } as Options, KNOWN, 'job.');
    read.millis('delay', undefined);
    read.number('size', undefined, { isInteger: true });
    read.addAll([{ path: 'job.retry.count', found: '-1', expected: 'a number ≥ 0' }]);
    expect(() => read.done('The job cannot be set up')).toThrow(
      expect.objectContaining({
        code: 'INSTRUMENT_INVALID_ARGUMENT',
        message: expect.stringContaining('The job cannot be set up'),
        problems: [
          {
            path: 'job.quit',
            found: 'an unknown option',
            expected: 'one of delay, size, mode, quiet',
            fix: 'Did you mean quiet?',
          },
          expect.objectContaining({ path: 'job.delay', found: '"soon"' }),
          expect.objectContaining({ path: 'job.size', expected: 'a whole number ≥ 0' }),
          expect.objectContaining({ path: 'job.retry.count' }),
        ],
      }),
    );
  });

  test('includes words that are none of those allowed, with the one that may have been meant', () => {
    const read = new OptionReader<Options>({ mode: 'fsat', quiet: 'warn', size: 7 }, KNOWN);
    const words = [
      read.oneOf('mode', 'slow', ['slow', 'fast']),
      read.oneOf('quiet', undefined, ['info', 'warning']),
      read.oneOf('size', undefined, ['small', 'large']),
    ];
    expect(words).toEqual(['slow', undefined, undefined]);
    expect(read.problems).toEqual([
      { path: 'mode', found: '"fsat"', expected: 'one of slow, fast', fix: 'Did you mean fast?' },
      { path: 'quiet', found: '"warn"', expected: 'one of info, warning', fix: 'Did you mean warning?' },
      { path: 'size', found: '7', expected: 'one of small, large' },
    ]);
  });

  test('includes what is no object at all', () => {
    const read = new OptionReader<Options>('fast' as never, KNOWN, 'job.');
    expect(read.problems).toEqual([{ path: 'job', found: 'a string', expected: 'an object of options' }]);
  });
});
