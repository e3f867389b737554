import { type DiagLogger, diag } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBed } from './lane-bed.ts';

let said: string[];

beforeEach(() => {
  said = [];
  const tell = (message: string): void => void said.push(message);
  const logger: DiagLogger = { error: tell, warn: tell, info: () => {}, debug: () => {}, verbose: () => {} };
  diag.setLogger(logger, { suppressOverrideMessage: true });
});
afterEach(() => diag.disable());

describe('what is lost at the end', () => {
  it('is told in one line, with how many there are', async () => {
    const bed = createBed({
      settings: { retry: { initialDelay: '1m' } },
      deliver: () => Promise.reject(new Error('connect ECONNREFUSED')),
    });
    bed.put('a');
    bed.put('b', { event: 'job.late' });
    bed.put('c', { event: 'job.gone' });
    const drained = bed.lane.drain(5_000);
    await bed.clock.advance(1);
    await drained;
    await bed.lane.stop(1_000);
    bed.lane.end();
    bed.lane.end();
    expect(said).toEqual([
      'channels: 3 notifications for test were given up: the end came before they could be delivered; last failure: connect ECONNREFUSED',
    ]);
    expect(bed.dead).toHaveLength(3);
    expect(bed.lane.status).toMatchObject({ dead: 3, waiting: 0 });
  });

  it('is told of one as of one, and of none not at all', async () => {
    const bed = createBed();
    bed.put('a');
    bed.lane.end();
    expect(said).toEqual([
      'channels: 1 notification for test was given up: the end came before it could be delivered',
    ]);
    said = [];
    createBed().lane.end();
    expect(said).toEqual([]);
  });
});
