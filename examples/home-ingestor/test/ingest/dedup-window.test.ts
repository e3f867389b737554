import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DedupWindow, type EventKey } from '../../src/ingest/dedup-window.ts';

const key = (sequence: number, device = 'meter-1', boot = 1): EventKey => ({ device, boot, sequence });

describe('DedupWindow', () => {
  it('acknowledges no copy before the event is on disk', () => {
    const window = new DedupWindow();
    const acknowledged: string[] = [];
    const take = (copy: string): string => window.take(key(1), () => acknowledged.push(copy));
    expect([take('first'), take('second'), take('third')]).toEqual(['new', 'pending', 'pending']);
    expect(acknowledged).toEqual([]);
    window.commit(key(1));
    expect(acknowledged).toEqual(['first', 'second', 'third']);
    expect(take('late')).toBe('written');
    expect(acknowledged).toEqual(['first', 'second', 'third', 'late']);
    expect(window.pending).toBe(0);
  });

  it('lets a bounded number of copies wait, the latest: those of connections that are gone are of no use', () => {
    const window = new DedupWindow();
    const acknowledged: number[] = [];
    for (let copy = 1; copy <= 1_000; copy++) window.take(key(1), () => acknowledged.push(copy));
    window.commit(key(1));
    expect(acknowledged).toEqual([993, 994, 995, 996, 997, 998, 999, 1_000]);
  });

  it('tells devices, and the starts of one device, apart', () => {
    const window = new DedupWindow();
    for (const each of [key(1), key(1, 'meter-2'), key(1, 'meter-1', 2)]) {
      expect(window.take(each, () => {})).toBe('new');
      window.commit(each);
    }
    expect(window.take(key(2), () => {})).toBe('new');
  });

  it('knows an event however old it is', () => {
    const window = new DedupWindow({ span: 4 });
    for (let sequence = 1; sequence <= 10_000; sequence++) window.commit(key(sequence));
    expect(window.isWritten(key(1))).toBe(true);
    expect(window.isWritten(key(10_001))).toBe(false);
    expect(window.state()).toEqual([{ device: 'meter-1', boot: 1, floor: 10_000, above: [] }]);
    expect(window.givenUp).toBe(0);
  });

  it('gives a gap up when too many come after it, and says so', () => {
    const window = new DedupWindow({ span: 3 });
    for (const sequence of [1, 4, 5, 6]) window.commit(key(sequence));
    expect(window.isWritten(key(2))).toBe(false);
    window.commit(key(7));
    expect(window.isWritten(key(2))).toBe(true);
    expect(window.givenUp).toBe(2);
    expect(window.state()).toEqual([{ device: 'meter-1', boot: 1, floor: 7, above: [] }]);
  });

  it('forgets the device that was heard of least lately, and says so', () => {
    const window = new DedupWindow({ devices: 2 });
    window.commit(key(1, 'a'));
    window.commit(key(1, 'b'));
    window.commit(key(2, 'a'));
    window.commit(key(1, 'c'));
    expect(window.state().map(({ device }) => device)).toEqual(['a', 'c']);
    expect(window.forgotten).toBe(1);
  });

  it('takes each event once, in any order and with any copies, across restarts', () => {
    const step = fc.record({
      device: fc.constantFrom('a', 'b'),
      sequence: fc.integer({ min: 1, max: 40 }),
      commits: fc.boolean(),
      restarts: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        let window = new DedupWindow();
        const written = new Set<string>();
        const pending = new Set<string>();
        for (const { device, sequence, commits, restarts } of steps) {
          const name = `${device}/${sequence}`;
          const expected = written.has(name) ? 'written' : pending.has(name) ? 'pending' : 'new';
          expect(window.take(key(sequence, device), () => {})).toBe(expected);
          if (expected === 'new') pending.add(name);
          if (commits && pending.delete(name)) {
            window.commit(key(sequence, device));
            written.add(name);
          }
          if (!restarts) continue;
          // What was on its way is gone, and comes again.
          const state = JSON.parse(JSON.stringify(window.state()));
          window = new DedupWindow();
          window.restore(state);
          pending.clear();
        }
      }),
    );
  });
});
