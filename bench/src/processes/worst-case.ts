import { MeterProvider as SdkMeterProvider } from '@opentelemetry/sdk-metrics';
import { MeterProvider } from '@org/instrument-core';
import { median } from '../measure.ts';
import { PullReader } from '../peers/pull-reader.ts';
import { WORST_CASES, type WorstCase, type WorstCaseReport } from '../worst-cases.ts';
import { settledBytes } from './settled-bytes.ts';

const NANOS_PER_MILLI = 1e6;
/** Recordings made ready at a time; a divisor of a tenth of those of any case. */
const CHUNK = 1_000;

/** Records one case into a counter with the default limit, ours or the SDK's. */
const [side, name] = process.argv.slice(2);
const { attributes, recordings } = WORST_CASES.find((known) => known.name === name) as WorstCase;
const reader = new PullReader();
const provider = side === 'ours' ? new MeterProvider({}) : new SdkMeterProvider({ readers: [reader] });
if (provider instanceof MeterProvider) provider.addCollector();
const counter = provider.getMeter('bench').createCounter('counter');
counter.add(1);
attributes(0);

const before = await settledBytes();
const from = recordings * 0.9;
record(0, from);
const nanos = median(record(from, recordings)) * (NANOS_PER_MILLI / CHUNK);
const bytes = (await settledBytes()) - before;
// Used once more, so that it was not collected as garbage itself.
counter.add(1);
process.on('disconnect', () => process.exit());
process.send?.({ nanos, bytes } satisfies WorstCaseReport);

/** Milliseconds that each chunk took, without those of making the attributes. */
function record(begin: number, end: number): number[] {
  const millis: number[] = [];
  for (let next = begin; next < end; next += CHUNK) {
    const chunk = Array.from({ length: CHUNK }, (_, i) => attributes(next + i));
    const begun = performance.now();
    for (const made of chunk) counter.add(1, made);
    millis.push(performance.now() - begun);
  }
  return millis;
}
