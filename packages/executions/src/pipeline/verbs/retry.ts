import type { BindableCounter, BindableHistogram } from '@org/instrument-core';
import type { RetryRecord } from '../records.ts';
import { type Site, UNKNOWN } from '../site.ts';

const VERB = 'recordRetry';

/** A retry that is not the tenth is seldom told from one that is the twentieth. */
const ATTEMPTS = [1, 2, 3, 4, 5, 7, 10, 20];

/** Seconds from 10 ms, below which nobody waits, to five minutes, which most back-offs never exceed. */
const DELAYS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

interface Instruments {
  readonly retries: BindableCounter;
  readonly attempt: BindableHistogram;
  readonly delay: BindableHistogram;
}

/** Counts retries, by what is tried again and why. */
export function retryVerb(site: Site): (retry: RetryRecord) => void {
  let instruments: Instruments | undefined;
  return site.guard(VERB, (retry) => {
    const { attempt, delayMillis, reason } = retry;
    const series = site.series(VERB, retry.attributes);
    series.operation = site.label(VERB, 'operation', retry.operation);
    instruments ??= createInstruments(site);
    const number = attempt === undefined ? undefined : site.amount(VERB, 'attempt', attempt, 1);
    if (number !== undefined) instruments.attempt.record(number, series);
    const millis = delayMillis === undefined ? undefined : site.amount(VERB, 'delayMillis', delayMillis);
    if (millis !== undefined) instruments.delay.record(millis / 1_000, series);
    series.reason = site.errorType(site.optionalLabel(VERB, 'reason', reason, UNKNOWN));
    instruments.retries.add(1, series);
  });
}

function createInstruments({ name, meter }: Site): Instruments {
  return {
    retries: meter.createCounter(`${name}.retries`, {
      description: 'Times that something was tried again',
      unit: '{retry}',
    }),
    attempt: meter.createHistogram(`${name}.retry.attempt`, {
      description: 'Numbers of the retries, from 1',
      unit: '{attempt}',
      advice: { explicitBucketBoundaries: ATTEMPTS },
    }),
    delay: meter.createHistogram(`${name}.retry.delay`, {
      description: 'Time that was waited before a retry',
      unit: 's',
      advice: { explicitBucketBoundaries: DELAYS },
    }),
  };
}
