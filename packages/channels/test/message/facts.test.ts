import { describe, expect, it } from 'vitest';
import { factsOf } from '../../src/message/facts.ts';
import { notificationOf } from '../delivery/lane-bed.ts';

/** Facts of a payload beside a title and a text, as lines. */
function facts(payload: object, title = 'nightly failed: bad row', text = ''): string[] {
  const given = { payload: payload as never, title, text };
  return factsOf(notificationOf('a', given), 20).map(({ name, value }) => `${name}: ${value}`);
}

describe('the facts of a message', () => {
  it('have numbers as people read them, and no counts of nothing', () => {
    const payload = {
      rate: 12.345678,
      bytes: 123_456_789,
      durationMillis: 1_234.5678,
      chunks: 0,
      workers: 0,
      stock: 0,
    };
    expect(facts(payload)).toEqual(['rate: 12.35', 'bytes: 123456789', 'durationMillis: 1235', 'stock: 0']);
  });

  it('leave out what the message has said', () => {
    const said = {
      severity: 'error',
      phase: 'triggered',
      key: 'k',
      name: 'nightly',
      reason: 'bad row',
      message: 'nightly failed:\nbad row',
      from: 'unknown',
      run: '7',
    };
    expect(facts(said, undefined, 'Run: 7')).toEqual([]);
    // What it has not said is told, whatever it is called.
    expect(facts({ reason: 'no money', from: 'Leeds', to: 'York' })).toEqual([
      'reason: no money',
      'from: Leeds',
      'to: York',
    ]);
  });

  it('have no stacks, at any depth', () => {
    const error = { name: 'RangeError', message: 'of course', stack: 'RangeError: of course\n    at x.js:1' };
    expect(facts({ error, stack: 'at y.js:2' })).toEqual([
      'error.name: RangeError',
      'error.message: of course',
    ]);
  });
});
