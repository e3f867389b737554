import type { CheckFunction, CheckResult } from '../check.ts';
import { numberText, percentText } from './figures.ts';
import { type MissingOptions, missingResult } from './metric/missing.ts';
import { createMetricReader, sourceName } from './metric/reader.ts';
import type { MetricSource } from './metric/source.ts';
import { readSource } from './metric/source-option.ts';
import { CheckOptionReader } from './options.ts';
import { amountOf, statusAbove } from './thresholds.ts';

/** Options of {@link consistencyCheck}. */
export interface ConsistencyCheckOptions extends MissingOptions {
  /** What it should be: orders placed. */
  readonly expected: MetricSource;
  /** What it is: orders invoiced. */
  readonly actual: MetricSource;
  /**
   * Difference, to either side, above which it is unhealthy: a share of `expected` when below 1, else an amount.
   * Default 0: they must be the same.
   */
  readonly tolerance?: number | undefined;
  /** Difference above which it is degraded, in the same form; at most `tolerance`. Default none. */
  readonly degradedAbove?: number | undefined;
}

/**
 * Compares two figures that should be the same. Metrics are read at the same moment; of functions, both are called at once.
 *
 * @throws {InstrumentError} when options are wrong. The check throws when a figure is no number.
 */
export function consistencyCheck(options: ConsistencyCheckOptions): CheckFunction {
  const read = new CheckOptionReader('consistencyCheck', options, [
    'expected',
    'actual',
    'tolerance',
    'degradedAbove',
    'whenMissing',
  ]);
  const expectedSource = readSource(read, 'expected');
  const actualSource = readSource(read, 'actual');
  const tolerance = read.number('tolerance', 0);
  const degradedAbove = read.number('degradedAbove', undefined);
  if (degradedAbove !== undefined && degradedAbove < 1 === tolerance < 1) {
    read.ordered('degradedAbove', degradedAbove, 'tolerance', tolerance);
  }
  const whenMissing = read.status('whenMissing', 'degraded');
  read.done();

  return async () => {
    const reader = createMetricReader();
    const [{ value: expected }, { value: actual }] = await Promise.all([
      reader.read(expectedSource),
      reader.read(actualSource),
    ]);
    if (expected === undefined) return missingResult(sourceName(expectedSource), whenMissing);
    if (actual === undefined) return missingResult(sourceName(actualSource), whenMissing);

    const difference = Math.abs(actual - expected);
    const allowed = amountOf(tolerance, Math.abs(expected));
    const early = degradedAbove === undefined ? undefined : amountOf(degradedAbove, Math.abs(expected));
    const status = statusAbove(difference, early, allowed);
    const details = { expected, actual, difference: actual - expected };
    if (status === 'healthy') return { status, details };
    const share = expected === 0 ? '' : ` (${percentText(difference / Math.abs(expected))})`;
    const reason =
      `${sourceName(actualSource)} is ${numberText(actual)}, ${sourceName(expectedSource)} is ` +
      `${numberText(expected)}: they differ by ${numberText(difference)}${share}`;
    return { status, reason, details } satisfies CheckResult;
  };
}
