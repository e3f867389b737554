import { errorTypeOf } from '@org/instrument-core';
import type { ErrorSummary } from '../events.ts';
import type { FailureScope } from '../hooks.ts';
import type { ExecutionSeries } from '../metrics/series.ts';
import { errorSummaryOf } from './error-summary.ts';
import type { Observers } from './observers.ts';

/** Where an execution, or a pool, puts what happens: its series, and those who are told. */
export class Account {
  readonly series: ExecutionSeries;
  readonly observers: Observers;
  #firstError: ErrorSummary | undefined;

  constructor(series: ExecutionSeries, observers: Observers) {
    this.series = series;
    this.observers = observers;
  }

  /** The first error that something failed with. */
  get firstError(): ErrorSummary | undefined {
    return this.#firstError;
  }

  /** Something has failed: counts it and tells the hooks. Returns the class of the error as a label. */
  failed(scope: FailureScope, error: unknown): string {
    const errorType = this.series.admit(errorTypeOf(error));
    this.#firstError ??= errorSummaryOf(error);
    this.series.error(scope, errorType);
    this.observers.failed(() => ({ scope, error, errorType }));
    return errorType;
  }
}
