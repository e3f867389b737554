import { describeValue } from '@org/instrument-core';
import type { CheckFunction, CheckResult } from '../check.ts';
import type { ResultStatus } from '../status.ts';
import {
  type BreakerState,
  breakerState,
  isBreaker,
  type OpossumShape,
  type StatefulShape,
} from './circuit-state.ts';
import { CheckOptionReader } from './options.ts';

/** What a function may say of a breaker. */
export type CircuitReading = BreakerState | OpossumShape | StatefulShape | number | (string & {});

const STATUS: Readonly<Record<BreakerState, ResultStatus>> = {
  closed: 'healthy',
  'half-open': 'degraded',
  open: 'unhealthy',
  isolated: 'unhealthy',
  shutdown: 'unhealthy',
};

const REASON: Readonly<Record<BreakerState, string>> = {
  closed: '',
  'half-open': 'The circuit breaker is half-open: it tries whether calls succeed again',
  open: 'The circuit breaker is open: calls are refused',
  isolated: 'The circuit breaker is held open by hand: calls are refused',
  shutdown: 'The circuit breaker was shut down: calls are refused',
};

/**
 * Looks at the state of a circuit breaker of opossum or cockatiel, or at what a function says of any other: open is
 * unhealthy, half-open degraded.
 *
 * @throws {InstrumentError} when it is neither. The check throws when a function returns a state that is not known.
 */
export function circuitBreakerCheck(
  breaker: OpossumShape | StatefulShape | (() => CircuitReading | Promise<CircuitReading>),
): CheckFunction {
  const read = new CheckOptionReader('circuitBreakerCheck', {}, []);
  if (typeof breaker !== 'function' && !isBreaker(breaker)) {
    const found =
      typeof breaker === 'object' && breaker !== null ? 'an object of another shape' : describeValue(breaker);
    const shapes =
      'a breaker of opossum (opened, halfOpen) or cockatiel (state), or a function that returns the state';
    read.add('breaker', found, shapes);
  }
  read.done();

  return async () => {
    const reading = typeof breaker === 'function' ? await breaker() : breaker;
    const state = breakerState(reading);
    if (state === undefined) {
      const known = Object.keys(STATUS).join(', ');
      throw new Error(
        `The state of the circuit breaker is ${describeValue(reading)}, expected one of ${known}`,
      );
    }
    const status = STATUS[state];
    const details = { state };
    return (
      status === 'healthy' ? { status, details } : { status, reason: REASON[state], details }
    ) satisfies CheckResult;
  };
}
