import { describe, expect, it } from 'vitest';
import { SteadyCalendar } from '../../src/journal/steady-calendar.ts';

const MINUTE = 60_000;
const MONTH = 30 * 24 * 60 * MINUTE;
const START = Date.UTC(2026, 0, 1);

/** A calendar over clocks that a test moves. */
function start(): { calendar: SteadyCalendar; pass: (millis: number) => void; set: (by: number) => void } {
  let monotonic = 5_000;
  let offset = START;
  return {
    calendar: new SteadyCalendar(
      () => monotonic + offset - 5_000,
      () => monotonic,
    ),
    pass: (millis) => {
      monotonic += millis;
    },
    set: (by) => {
      offset += by;
    },
  };
}

describe('the calendar of what cannot be undone', () => {
  it('goes with the clocks', () => {
    const { calendar, pass, set } = start();
    expect(calendar.now()).toBe(START);
    pass(MONTH);
    expect(calendar.now()).toBe(START + MONTH);
    // As it is kept right.
    for (let i = 0; i < 100; i++) {
      pass(MINUTE);
      set(MINUTE / 2);
    }
    set(-50 * MINUTE + MINUTE / 2);
    expect(calendar.now()).toBe(START + MONTH + 100 * MINUTE + MINUTE / 2);
  });

  it('does not follow a leap that is over soon', () => {
    const { calendar, pass, set } = start();
    set(MONTH);
    pass(MINUTE);
    expect(calendar.now()).toBe(START + MINUTE);
    pass(28 * MINUTE);
    expect(calendar.now()).toBe(START + 29 * MINUTE);
    set(-MONTH);
    pass(60 * MINUTE);
    expect(calendar.now()).toBe(START + 89 * MINUTE);
  });

  it('follows one that stands for half an hour, as after a machine was suspended', () => {
    const { calendar, pass, set } = start();
    set(MONTH);
    expect(calendar.now()).toBe(START);
    pass(30 * MINUTE);
    expect(calendar.now()).toBe(START + MONTH + 30 * MINUTE);
  });

  it('begins to count anew with each leap', () => {
    const { calendar, pass, set } = start();
    for (let i = 0; i < 10; i++) {
      set(MONTH);
      expect(calendar.now()).toBe(START + i * 20 * MINUTE);
      pass(20 * MINUTE);
    }
  });

  it('follows one that is set back at once', () => {
    const { calendar, pass, set } = start();
    set(-MONTH);
    expect(calendar.now()).toBe(START - MONTH);
    // And has its doubts when it is set right.
    set(MONTH);
    expect(calendar.now()).toBe(START - MONTH);
    pass(30 * MINUTE);
    expect(calendar.now()).toBe(START + 30 * MINUTE);
  });
});
