import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { audited } from '../../src/decorate/audited.ts';
import { useAudits } from '../opened-audits.ts';
import { useSpans } from './span-bed.ts';

const bed = useSpans();
const audits = useAudits();
const { tracer } = bed;

// Stands still, so that what a test sets it to is all that it does; stretches of time go on.
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterEach(() => void vi.useRealTimers());

function step(millis: number): void {
  vi.setSystemTime(Date.now() + millis);
}

/** How long the last span lasted, in milliseconds. */
function lasted(): number {
  const [seconds, nanos] = bed.last().duration;
  return seconds * 1e3 + nanos / 1e6;
}

describe.each([7_200_000, -3_600_000])('when the clock is set by %i ms, a span', (millis) => {
  test('lasts as long as the journal says that the call took', async () => {
    const { audit } = audits.open({ tracer });
    const begin = Date.now();
    const work = async (): Promise<void> => {
      await sleep(20);
      step(millis);
    };
    await audited('job', work, { audit })();
    const { entries } = await audit.page();
    expect(entries[1]?.durationMillis).toBeGreaterThan(15);
    expect(lasted()).toBeCloseTo(entries[1]?.durationMillis ?? Number.NaN, 2);
    const [seconds, nanos] = bed.last().startTime;
    expect(seconds * 1e3 + nanos / 1e6).toBe(begin);
  });

  test('lasts as long as is said at its end', () => {
    const { audit } = audits.open({ tracer });
    const open = audit.begin({ action: 'job' });
    step(millis);
    open.end({ durationMillis: 250 });
    expect(lasted()).toBe(250);
  });

  test('lasts as long as an operation that is over says, though times of the journal never go back', () => {
    const { audit } = audits.open({ tracer });
    audit.record({ action: 'before' });
    step(millis);
    audit.record({ action: 'job', durationMillis: 1_500 });
    expect(lasted()).toBe(1_500);
  });

  test('lasts as long as was measured where the journal must not say it', async () => {
    const { audit } = audits.open({ tracer, redact: { paths: ['durationMillis'] } });
    const open = audit.begin({ action: 'job' });
    await sleep(20);
    step(millis);
    open.end();
    const { entries } = await audit.page();
    expect(entries[1]).not.toHaveProperty('durationMillis');
    expect(lasted()).toBeGreaterThan(15);
    expect(lasted()).toBeLessThan(60_000);
  });
});

test('the span of what takes no time ends where it begins', () => {
  const { audit } = audits.open({ tracer });
  audit.record({ action: 'point' });
  expect(bed.last().endTime).toEqual(bed.last().startTime);
});
