import type { CheckFunction, CheckResult } from '../check.ts';
import { numberText } from './figures.ts';
import { type MissingOptions, missingResult } from './metric/missing.ts';
import { createMetricReader, sourceName } from './metric/reader.ts';
import type { MetricSource } from './metric/source.ts';
import { readSource } from './metric/source-option.ts';
import { CheckOptionReader } from './options.ts';
import { statusAbove } from './thresholds.ts';

/** Options of {@link backlogCheck}. */
export interface BacklogCheckOptions extends MissingOptions {
  /** What waits: `{ metric: 'orders.queued' }`, or a function that counts it. */
  readonly of: MetricSource;
  /** Default none; one of the two must be given. */
  readonly degradedAbove?: number | undefined;
  /** Default none. */
  readonly unhealthyAbove?: number | undefined;
}

/**
 * Looks at how much waits to be done.
 *
 * @throws {InstrumentError} when options are wrong. The check throws when the figure is no number.
 */
export function backlogCheck(options: BacklogCheckOptions): CheckFunction {
  const read = new CheckOptionReader('backlogCheck', options, [
    'of',
    'degradedAbove',
    'unhealthyAbove',
    'whenMissing',
  ]);
  const source = readSource(read, 'of');
  const degradedAbove = read.number('degradedAbove', undefined);
  const unhealthyAbove = read.number('unhealthyAbove', undefined);
  if (read.raw('degradedAbove') === undefined && read.raw('unhealthyAbove') === undefined) {
    read.add('degradedAbove', 'nothing', 'a number ≥ 0, here or in unhealthyAbove');
  }
  read.ordered('degradedAbove', degradedAbove, 'unhealthyAbove', unhealthyAbove);
  const whenMissing = read.status('whenMissing', 'degraded');
  read.done();

  return async () => {
    const { value } = await createMetricReader().read(source);
    if (value === undefined) return missingResult(sourceName(source), whenMissing);
    const status = statusAbove(value, degradedAbove, unhealthyAbove);
    const details = { backlog: value };
    if (status === 'healthy') return { status, details };
    const limit = status === 'unhealthy' ? unhealthyAbove : degradedAbove;
    const reason = `${sourceName(source)} is ${numberText(value)}, more than ${numberText(limit ?? 0)}`;
    return { status, reason, details } satisfies CheckResult;
  };
}
