import { type MeterProvider, meterProvider } from '@org/instrument-core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createChannels } from '../../src/create-channels.ts';
import { Journal } from '../../src/outbox/journal.ts';
import { openJournal } from '../outbox/journal-bed.ts';
import { useScratch } from '../outbox/scratch.ts';
import { channelOf, createBus } from './bus-bed.ts';
import { FakeClock } from './fake-clock.ts';
import { createBed, type LaneBed } from './lane-bed.ts';

const HOUR_MILLIS = 3_600_000;
const hang = (): Promise<never> => new Promise(() => {});
const scratch = useScratch();

afterEach(() => void vi.useRealTimers());

/** What `instrument.channel.oldest.age` says of a channel, in seconds. */
async function ageIn(meters: MeterProvider, channel: string): Promise<unknown> {
  const collector = meters.addCollector();
  const { scopes } = await collector.collect();
  const ages = scopes
    .flatMap(({ metrics }) => metrics)
    .filter(({ descriptor }) => descriptor.name === 'instrument.channel.oldest.age')
    .flatMap((metric) => [...metric.points()]);
  return ages.find(({ attributes }) => attributes.channel === channel)?.value;
}

/** A lane that has found what waits in a directory, after something has happened to its clock. */
function adopting(directory: string, prepare: (clock: FakeClock) => void): LaneBed {
  const bed = createBed({ deliver: hang });
  prepare(bed.clock);
  const fail = (): never => expect.unreachable('the disk is well');
  // For the disk no time passes: it would seem to hang.
  const clock = new FakeClock();
  const journal = new Journal({ directory, channel: 'test', clock, onFault: fail, onDamage: fail });
  bed.lane.attach(journal, true);
  return bed;
}

describe.each([HOUR_MILLIS, -HOUR_MILLIS])('when the time of day is set by %i ms', (jump) => {
  it('the oldest has waited no longer, and no less', async () => {
    const bed = createBed({ deliver: hang });
    bed.put('a');
    bed.clock.pass(30_000);
    bed.put('b');
    bed.clock.jump(jump);
    bed.clock.pass(10_000);
    expect(await ageIn(bed.meters, 'test')).toBe(40);
  });

  it('what an earlier process has left has waited since that wrote it, as it was read', async () => {
    const directory = scratch();
    openJournal(directory).put('a');
    await Promise.resolve();
    const bed = adopting(directory, (clock) => clock.pass(40_000));
    expect(await ageIn(bed.meters, 'test')).toBe(40);
    bed.clock.jump(jump);
    bed.clock.pass(10_000);
    expect(await ageIn(bed.meters, 'test')).toBe(50);
  });

  it('channels of the machine do not take it for time that has passed', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { events, emit } = createBus();
    const to = [channelOf('stepped', { deliver: hang })];
    const channels = createChannels({ to, events, deliverAtEnd: false });
    emit('job.failed', { severity: 'error' });
    await new Promise((resolve) => setTimeout(resolve, 20));
    vi.setSystemTime(Date.now() + jump);
    const age = await ageIn(meterProvider, 'stepped');
    expect(age).toBeGreaterThan(0.015);
    expect(age).toBeLessThan(60);
    await channels.close('10ms');
  });
});

describe('the age of the oldest', () => {
  it('is that of the next one once the first is delivered, and 0 when none waits', async () => {
    let release: () => void = () => {};
    const bed = createBed({
      deliver: () =>
        new Promise<void>((resolve) => {
          release = resolve;
        }),
    });
    bed.put('a');
    await bed.clock.advance(3_000);
    bed.put('b');
    release();
    await bed.clock.advance(2_000);
    expect(await ageIn(bed.meters, 'test')).toBe(2);
    release();
    await bed.clock.advance(0);
    expect(await ageIn(bed.meters, 'test')).toBe(0);
  });

  it('does not go by when it happened: that is for its source to say', async () => {
    const bed = createBed({ deliver: hang });
    bed.put('a', { timestampMillis: 0 });
    bed.clock.pass(1_000);
    expect(await ageIn(bed.meters, 'test')).toBe(1);
  });

  it('begins at nothing for what an earlier process wrote with a clock that went ahead', async () => {
    const directory = scratch();
    openJournal(directory).put('a');
    await Promise.resolve();
    const bed = adopting(directory, (clock) => clock.jump(-HOUR_MILLIS));
    expect(await ageIn(bed.meters, 'test')).toBe(0);
    bed.clock.pass(10_000);
    expect(await ageIn(bed.meters, 'test')).toBe(10);
  });
});
