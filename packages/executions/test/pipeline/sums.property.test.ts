import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBed } from './bed.ts';

const word = fc.constantFrom('a', 'b', 'c');
const states = ['connected', 'connecting', 'reconnecting', 'disconnected'] as const;

const step = fc.oneof(
  fc.record({
    verb: fc.constant('event' as const),
    source: word,
    domain: word,
    entity: word,
    durationMillis: fc.double({ min: 0, max: 1e6, noNaN: true }),
    success: fc.boolean(),
  }),
  fc.record({
    verb: fc.constant('volume' as const),
    bytes: fc.nat(),
    direction: fc.constantFrom('in', 'out'),
  }),
  fc.record({
    verb: fc.constant('cache' as const),
    result: fc.constantFrom('hit', 'miss'),
    count: fc.nat(9),
  }),
  fc.record({
    verb: fc.constant('connection' as const),
    connection: word,
    state: fc.constantFrom(...states),
  }),
  fc.record({ verb: fc.constant('queue' as const), queue: word, depth: fc.nat() }),
);

describe('any program of verbs', () => {
  it('gives the sums that a plain count gives', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (program) => {
        const { recorder, series, value, faults } = createBed();
        const counted = new Map<string, number>();
        const add = (key: string, by: number): unknown => counted.set(key, (counted.get(key) ?? 0) + by);
        const connections = new Map<string, string>();
        const wasUp = new Set<string>();
        const depths = new Map<string, number>();
        for (const each of program) {
          if (each.verb === 'event') {
            recorder.recordEvent(each);
            add('events', 1);
            add('seconds', each.durationMillis / 1_000);
          } else if (each.verb === 'volume') {
            recorder.recordDataVolume(each);
            add('bytes', each.bytes);
          } else if (each.verb === 'cache') {
            recorder.recordCache(each);
            add(each.result, each.count);
          } else if (each.verb === 'queue') {
            recorder.recordQueueDepth(each);
            depths.set(each.queue, each.depth);
          } else {
            recorder.recordConnectionState(each);
            // What it begins with, connected or connecting, is no change.
            const isWell = each.state === 'connected' || each.state === 'connecting';
            const from = connections.get(each.connection) ?? (isWell ? each.state : 'connected');
            const isFirst = !connections.has(each.connection);
            connections.set(each.connection, each.state);
            if (from !== each.state) add('transitions', 1);
            else if (!isFirst) continue;
            if (each.state !== 'connected') continue;
            if (wasUp.has(each.connection)) add('reconnects', 1);
            wasUp.add(each.connection);
          }
        }
        const sum = (
          name: string,
          key: 'value' | 'sum' | 'count' = 'value',
          label?: [string, string],
        ): number =>
          series(name)
            .filter(({ attributes }) => label === undefined || attributes[label[0]] === label[1])
            .reduce((total, one) => total + (one[key] ?? 0), 0);
        expect(sum('ingest.events')).toBe(counted.get('events') ?? 0);
        expect(sum('ingest.event.duration', 'count')).toBe(counted.get('events') ?? 0);
        expect(sum('ingest.event.duration', 'sum')).toBeCloseTo(counted.get('seconds') ?? 0, 6);
        expect(sum('ingest.data.volume')).toBe(counted.get('bytes') ?? 0);
        expect(sum('ingest.cache.requests', 'value', ['result', 'hit'])).toBe(counted.get('hit') ?? 0);
        expect(sum('ingest.connection.transitions')).toBe(counted.get('transitions') ?? 0);
        expect(sum('ingest.connection.reconnects')).toBe(counted.get('reconnects') ?? 0);
        for (const [connection, state] of connections) {
          for (const each of states) {
            const expected = each === state ? 1 : 0;
            expect(value('ingest.connection.state', { connection, state: each })).toBe(expected);
          }
        }
        for (const [queue, depth] of depths) expect(value('ingest.queue.depth', { queue })).toBe(depth);
        expect(faults()).toBe(0);
      }),
      { numRuns: 150 },
    );
  });
});
