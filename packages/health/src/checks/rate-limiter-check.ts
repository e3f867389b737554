import { describeValue } from '@org/instrument-core';
import type { CheckFunction, CheckResult } from '../check.ts';
import { numberText, percentText, rounded } from './figures.ts';
import { CheckOptionReader } from './options.ts';
import { statusBelow } from './thresholds.ts';

/** Where a rate limiter stands. */
export interface RateLimiterFigures {
  /** What is allowed in its window. */
  readonly limit: number;
  /** What is left of it. */
  readonly remaining: number;
}

/** Options of {@link rateLimiterCheck}. */
export interface RateLimiterCheckOptions {
  /** Share of the limit below which what remains is degraded. Default 0.1. */
  readonly degradedBelow?: number | undefined;
  /** Share of the limit below which what remains is unhealthy. Default never: who is limited is not broken. */
  readonly unhealthyBelow?: number | undefined;
}

/**
 * Looks at what is left of a limit: one's own, or one that somebody else sets. With rate-limiter-flexible:
 *
 * ```ts
 * rateLimiterCheck(async () => ({
 *   limit: limiter.points,
 *   remaining: (await limiter.get(key))?.remainingPoints ?? limiter.points,
 * }));
 * ```
 *
 * @throws {InstrumentError} when options are wrong. The check throws when the function returns what are no figures.
 */
export function rateLimiterCheck(
  figures: () => RateLimiterFigures | Promise<RateLimiterFigures>,
  options: RateLimiterCheckOptions = {},
): CheckFunction {
  const read = new CheckOptionReader('rateLimiterCheck', options, ['degradedBelow', 'unhealthyBelow']);
  if (typeof figures !== 'function') {
    read.add('figures', describeValue(figures), 'a function that returns { limit, remaining }');
  }
  const degradedBelow = read.share('degradedBelow', 0.1);
  const unhealthyBelow = read.share('unhealthyBelow', undefined);
  read.ordered('unhealthyBelow', unhealthyBelow, 'degradedBelow', degradedBelow);
  read.done();

  return async () => {
    const { limit, remaining } = checked(await figures());
    const share = remaining / limit;
    const status = statusBelow(share, degradedBelow, unhealthyBelow);
    const details = { limit, remaining, remainingShare: rounded(share) };
    if (status === 'healthy') return { status, details };
    const left = `${numberText(remaining)} of ${numberText(limit)} are left (${percentText(share)})`;
    const floor = status === 'unhealthy' ? unhealthyBelow : degradedBelow;
    return { status, reason: `${left}, less than ${percentText(floor ?? 0)}`, details } satisfies CheckResult;
  };
}

function checked(figures: unknown): RateLimiterFigures {
  const { limit, remaining } = (figures ?? {}) as Partial<RateLimiterFigures>;
  if (Number.isFinite(limit) && (limit as number) > 0 && Number.isFinite(remaining)) {
    return figures as RateLimiterFigures;
  }
  throw new Error(
    `The figures of the rate limiter are ${describeValue(figures)}, expected { limit, remaining } with numbers and limit > 0`,
  );
}
