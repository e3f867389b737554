import { monotonicMillis } from '@org/instrument-core';
import type { CheckResult } from '../check.ts';
import { durationText, rounded } from './figures.ts';

/** What is known of an answer that came. */
export interface Answer {
  /** What answered, as the beginning of a sentence. */
  readonly subject: string;
  /** `monotonicMillis` when it was asked. */
  readonly startMillis: number;
  /** Slower than this is degraded; `undefined` for never. */
  readonly degradedAboveMillis: number | undefined;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** The result for an answer that was right: degraded when it took too long. `latencyMillis` is added to the details. */
export function timedResult({ subject, startMillis, degradedAboveMillis, details }: Answer): CheckResult {
  const latencyMillis = rounded(monotonicMillis() - startMillis);
  const figures = { ...details, latencyMillis };
  if (degradedAboveMillis === undefined || latencyMillis <= degradedAboveMillis) {
    return { status: 'healthy', details: figures };
  }
  const limit = durationText(degradedAboveMillis);
  const reason = `${subject} answered in ${durationText(latencyMillis)}, more than ${limit}`;
  return { status: 'degraded', reason, details: figures };
}
