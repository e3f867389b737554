import { describe, expect, it } from 'vitest';
import { createBed } from './bed.ts';

describe('recordEvent', () => {
  it('records durations in seconds, and counts events by them', () => {
    const { recorder, value, series } = createBed();
    const { recordEvent } = recorder;
    const event = { source: 'mqtt', domain: 'climate', entity: 'temperature' };
    recordEvent({ ...event, durationMillis: 250, success: true });
    recordEvent({ ...event, durationMillis: 750, success: true });
    recordEvent({ ...event, durationMillis: 2_000, success: false });
    expect(series('ingest.event.duration')).toMatchObject([
      { unit: 's', kind: 'histogram', attributes: { ...event, success: true }, count: 2, sum: 1, max: 0.75 },
      { attributes: { ...event, success: false }, count: 1, sum: 2 },
    ]);
    expect(value('ingest.events', { success: true })).toBe(2);
    expect(value('ingest.events', { success: false })).toBe(1);
  });

  it('takes further attributes, which never replace its own labels', () => {
    const { recorder, series } = createBed();
    const attributes = { room: 'hall', source: 'mine', nothing: undefined };
    recorder.recordEvent({
      source: 'mqtt',
      domain: 'd',
      entity: 'e',
      durationMillis: 1,
      success: true,
      attributes,
    });
    expect(series('ingest.events').map((each) => each.attributes)).toEqual([
      { room: 'hall', source: 'mqtt', domain: 'd', entity: 'e', success: true },
    ]);
    expect(attributes.source).toBe('mine');
  });
});

describe('recordError', () => {
  it('counts by class, component and severity; the class may be that of the error', () => {
    const { recorder, value } = createBed();
    recorder.recordError({ type: 'Timeout', component: 'writer', severity: 'critical' });
    recorder.recordError({ error: new RangeError('x'), component: 'writer' });
    recorder.recordError({ error: new RangeError('y'), component: 'writer' });
    expect(value('ingest.errors', { error_type: 'Timeout', component: 'writer', severity: 'critical' })).toBe(
      1,
    );
    expect(value('ingest.errors', { error_type: 'RangeError', severity: 'error' })).toBe(2);
  });
});

describe('classes of errors', () => {
  const CLASSES = Array.from({ length: 60 }, (_, number) => `class ${number} ${'x'.repeat(100)}`);

  it('are bounded in the metrics of errors and of retries, and whole in the event', () => {
    const { recorder, bus, series, value, faults } = createBed();
    const heard: string[] = [];
    bus.on('pipeline.error', ({ type }) => heard.push(type));
    for (const type of CLASSES) {
      recorder.recordError({ type, component: 'writer' });
      recorder.recordRetry({ operation: 'write', reason: type });
    }
    recorder.recordError({ type: CLASSES[3], component: 'writer' });
    for (const [name, label] of [
      ['ingest.errors', 'error_type'],
      ['ingest.retries', 'reason'],
    ] as const) {
      expect(series(name)).toHaveLength(51);
      expect(value(name, { [label]: 'other' })).toBe(10);
      for (const { attributes } of series(name)) expect(String(attributes[label]).length).toBeLessThan(65);
    }
    expect(heard).toEqual([...CLASSES, CLASSES[3]]);
    expect(faults()).toBe(0);
    recorder.recordRetry({ operation: 'write' });
    expect(value('ingest.retries', { reason: 'unknown' })).toBe(1);
  });
});

describe('recordRetry', () => {
  it('counts retries; numbers and delays only where they are given', () => {
    const { recorder, value, count, series } = createBed();
    recorder.recordRetry({ operation: 'write', attempt: 2, reason: 'ENOSPC', delayMillis: 500 });
    recorder.recordRetry({ operation: 'write', reason: 'ENOSPC' });
    recorder.recordRetry({ operation: 'connect' });
    expect(value('ingest.retries', { operation: 'write', reason: 'ENOSPC' })).toBe(2);
    expect(value('ingest.retries', { operation: 'connect', reason: 'unknown' })).toBe(1);
    expect(count('ingest.retry.attempt', { operation: 'write' })).toBe(1);
    expect(series('ingest.retry.delay')).toMatchObject([
      { unit: 's', sum: 0.5, attributes: { operation: 'write' } },
    ]);
  });
});

describe('recordDataVolume, recordDeduplication, recordCache', () => {
  it('count what they are told', () => {
    const { recorder, value, series } = createBed();
    recorder.recordDataVolume({ direction: 'in', bytes: 100, source: 'mqtt' });
    recorder.recordDataVolume({ direction: 'in', bytes: 20, source: 'mqtt' });
    recorder.recordDataVolume({ direction: 'out', bytes: 7 });
    expect(value('ingest.data.volume', { direction: 'in', source: 'mqtt' })).toBe(120);
    expect(value('ingest.data.volume', { direction: 'out', source: 'unknown' })).toBe(7);
    expect(series('ingest.data.volume')[0]?.unit).toBe('By');

    recorder.recordDeduplication({ source: 'mqtt', duplicates: 0 });
    expect(value('ingest.deduplication.duplicates', { source: 'mqtt' })).toBe(0);
    recorder.recordDeduplication({ source: 'mqtt', checked: 9, duplicates: 4 });
    expect(value('ingest.deduplication.checked', { source: 'mqtt' })).toBe(10);
    expect(value('ingest.deduplication.duplicates', { source: 'mqtt' })).toBe(4);

    recorder.recordCache('hit');
    recorder.recordCache('miss');
    recorder.recordCache({ cache: 'devices', result: 'hit', count: 3 });
    expect(value('ingest.cache.requests', { cache: 'default', result: 'hit' })).toBe(1);
    expect(value('ingest.cache.requests', { cache: 'default', result: 'miss' })).toBe(1);
    expect(value('ingest.cache.requests', { cache: 'devices', result: 'hit' })).toBe(3);
  });
});

describe('recordQueueDepth', () => {
  it('shows depth, capacity and utilization, and keeps the capacity that it was told', () => {
    const { recorder, value, series } = createBed();
    recorder.recordQueueDepth({ queue: 'writer', depth: 50, capacity: 200 });
    recorder.recordQueueDepth({ queue: 'other', depth: 3 });
    expect(value('ingest.queue.utilization', { queue: 'writer' })).toBe(0.25);
    recorder.recordQueueDepth({ queue: 'writer', depth: 100 });
    expect(value('ingest.queue.depth', { queue: 'writer' })).toBe(100);
    expect(value('ingest.queue.capacity', { queue: 'writer' })).toBe(200);
    expect(value('ingest.queue.utilization', { queue: 'writer' })).toBe(0.5);
    expect(series('ingest.queue.utilization')).toHaveLength(1);
    expect(value('ingest.queue.depth', { queue: 'other' })).toBe(3);
  });

  it('tells queues of one name apart by their attributes, in any order', () => {
    const { recorder, value, series } = createBed();
    recorder.recordQueueDepth({ queue: 'q', depth: 1, attributes: { shard: 1, zone: 'a' } });
    recorder.recordQueueDepth({ queue: 'q', depth: 2, attributes: { shard: 2, zone: 'a' } });
    recorder.recordQueueDepth({ queue: 'q', depth: 5, attributes: { zone: 'a', shard: 1 } });
    expect(series('ingest.queue.depth')).toHaveLength(2);
    expect(value('ingest.queue.depth', { shard: 1 })).toBe(5);
    expect(value('ingest.queue.depth', { shard: 2 })).toBe(2);
  });
});
