import { describe, expect, it } from 'vitest';
import { rubbish } from '../../src/devices/rubbish.ts';
import { MalformedEventError, readEvent } from '../../src/event/device-event.ts';
import { TopicCache, topicOf } from '../../src/event/topics.ts';
import { eventOf } from '../support/event.ts';

const payload = (event: object): Buffer => Buffer.from(JSON.stringify(event));

describe('readEvent', () => {
  it('reads an event, and leaves out what it does not know', () => {
    expect(readEvent(payload({ ...eventOf(1), more: 'x' }), 'sensor-1')).toEqual(eventOf(1));
  });

  it.each([
    ['device', 'Not A Name'],
    ['boot', 0],
    ['sequence', 1.5],
    ['domain', 'toaster'],
    ['domain', 'switch'],
    ['entity', ''],
    ['value', null],
    ['at', '2024-01-01'],
  ])('refuses an event whose %s is %j', (key, value) => {
    expect(() => readEvent(payload({ ...eventOf(1), [key]: value }), 'sensor-1')).toThrow(
      MalformedEventError,
    );
  });

  it('refuses all that devices with a fault send', () => {
    const reasons = Array.from({ length: 8 }, (_, turn) => {
      try {
        readEvent(rubbish(turn, eventOf(1)), 'sensor-1');
        return 'taken';
      } catch (error) {
        return (error as MalformedEventError).reason;
      }
    });
    expect(reasons).toEqual(['json', 'json', 'shape', 'shape', 'topic', 'json', 'shape', 'size']);
  });
});

describe('TopicCache', () => {
  it('keeps those that are asked for, within its bound', () => {
    const results: string[] = [];
    const cache = new TopicCache(2, (result) => results.push(result));
    const ask = (device: string): unknown => cache.placeOf(topicOf('hall', device));
    expect(ask('a')).toEqual({ room: 'hall', device: 'a' });
    for (const device of ['b', 'a', 'c', 'a', 'b']) ask(device);
    expect(results).toEqual(['miss', 'miss', 'hit', 'miss', 'hit', 'miss']);
  });
});
