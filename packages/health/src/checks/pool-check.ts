import { describeValue } from '@org/instrument-core';
import type { CheckFunction, CheckResult } from '../check.ts';
import { numberText, percentText, rounded } from './figures.ts';
import { CheckOptionReader } from './options.ts';
import { figuresReader, KNOWN_POOLS, type KnownPool, type PoolFigures } from './pool-figures.ts';
import { statusAbove, worstOf } from './thresholds.ts';

/** Options of {@link poolCheck}. */
export interface PoolCheckOptions {
  /** Share of the pool in use beyond which it is degraded. Default 0.9; 1 leaves it to those who wait. */
  readonly degradedAbove?: number | undefined;
  /** Callers that may wait for a connection before it is degraded. Default 0: whoever waits is slowed down. */
  readonly maxWaiting?: number | undefined;
  /** Waiting callers beyond which it is unhealthy. Default none: a pool that is full is still working. */
  readonly unhealthyWaiting?: number | undefined;
}

/**
 * Looks at how much of a pool is in use, and who waits for it. Nothing is taken from the pool.
 *
 * @throws {InstrumentError} when the pool is of no known shape, or options are wrong. The check throws when a function
 * returns what are no figures.
 */
export function poolCheck(
  pool: KnownPool | (() => PoolFigures | Promise<PoolFigures>),
  options: PoolCheckOptions = {},
): CheckFunction {
  const read = new CheckOptionReader('poolCheck', options, [
    'degradedAbove',
    'maxWaiting',
    'unhealthyWaiting',
  ]);
  // knex is a function too, and known by its shape.
  const figures = figuresReader(pool) ?? (typeof pool === 'function' ? pool : undefined);
  if (figures === undefined) {
    const found =
      typeof pool === 'object' && pool !== null ? 'an object of another shape' : describeValue(pool);
    read.add('pool', found, KNOWN_POOLS);
  }
  const degradedAbove = read.share('degradedAbove', 0.9);
  const maxWaiting = read.number('maxWaiting', 0);
  const unhealthyWaiting = read.number('unhealthyWaiting', undefined);
  read.ordered('maxWaiting', maxWaiting, 'unhealthyWaiting', unhealthyWaiting);
  read.done();

  return async () => {
    const { max, used, idle, waiting } = checkedFigures(await figures?.());
    const usedShare = rounded(used / max);
    const saturation = statusAbove(used / max, degradedAbove, undefined);
    const status = worstOf(saturation, statusAbove(waiting, maxWaiting, unhealthyWaiting));
    const details = { max, used, idle, waiting, usedShare };
    if (status === 'healthy') return { status, details };
    const inUse = `${numberText(used)} of ${numberText(max)} are in use (${percentText(used / max)})`;
    const reason = `${inUse}, ${numberText(waiting)} waiting`;
    return { status, reason, details } satisfies CheckResult;
  };
}

function checkedFigures(figures: unknown): PoolFigures {
  const { max, used, idle, waiting } = (figures ?? {}) as Partial<PoolFigures>;
  if ([max, used, idle, waiting].every((value) => typeof value === 'number' && value >= 0) && max !== 0) {
    return figures as PoolFigures;
  }
  throw new Error(
    `The figures of the pool are ${describeValue(figures)}, expected { max, used, idle, waiting } with numbers ≥ 0 and max > 0`,
  );
}
