import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Encoder } from '../../src/encode/encoder.ts';
import { resolveSettings } from '../../src/settings.ts';
import { counter, gauge, linesOf, metricsOf, packetsOf } from '../support/encode.ts';

const NO_LIMIT = { maxPacketBytes: 65_507 } as const;

describe('packets', () => {
  it('hold whole lines, in order, and as many as fit to the byte', () => {
    const points = fc.array(fc.record({ name: fc.stringMatching(/^[a-z]{1,40}$/), value: fc.nat() }), {
      minLength: 1,
      maxLength: 80,
    });
    fc.assert(
      fc.property(points, fc.integer({ min: 64, max: 300 }), (given, maxPacketBytes) => {
        const metrics = metricsOf(given.map(({ name, value }) => counter(name, { value })));
        const packets = packetsOf(
          new Encoder(resolveSettings({ maxPacketBytes }, {}).form).encode(metrics, 0),
        );
        expect(packets.flatMap((packet) => packet.split('\n'))).toEqual(linesOf(metrics, NO_LIMIT));
        for (const [i, packet] of packets.entries()) {
          expect(packet.length).toBeLessThanOrEqual(maxPacketBytes);
          const next = packets[i + 1]?.split('\n')[0];
          if (next !== undefined) expect(packet.length + 1 + next.length).toBeGreaterThan(maxPacketBytes);
        }
      }),
    );
  });

  it('hold 1,432 bytes exactly where lines make that up', () => {
    // 8 lines of 178 bytes and the line feeds between them.
    const name = (i: number) => `${i}`.padStart(174, 'x');
    const metrics = metricsOf(Array.from({ length: 16 }, (_, i) => counter(name(i % 10), { value: 1 })));
    const batch = new Encoder(resolveSettings({ dialect: 'plain' }, {}).form).encode(metrics, 0);
    expect(packetsOf(batch).map((packet) => packet.length)).toEqual([1_431, 1_431]);
    expect(linesOf(metrics, { dialect: 'plain', maxPacketBytes: 1_431 })).toHaveLength(16);
  });

  it('never part a gauge below zero from the zero in front of it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -9, max: 9 }), { maxLength: 60 }),
        fc.integer({ min: 64, max: 90 }),
        (values, maxPacketBytes) => {
          const metrics = metricsOf(values.map((value) => gauge('level', { value })));
          const packets = packetsOf(
            new Encoder(resolveSettings({ maxPacketBytes }, {}).form).encode(metrics, 0),
          );
          for (const packet of packets) expect(packet).not.toMatch(/^level:-/);
        },
      ),
    );
  });

  it('leave out what is longer than a packet, and count it', () => {
    const encoder = new Encoder(resolveSettings({ maxPacketBytes: 64 }, {}).form);
    const long = { value: 1, attributes: { text: 'x'.repeat(100) } };
    const batch = encoder.encode(metricsOf([counter('a', { value: 1 }, long, { value: 2 })]), 0);
    expect(packetsOf(batch)).toEqual(['a:1|c\na:2|c']);
    expect(encoder.tooLong).toBe(1);
  });

  it('keep their bytes while the next batch is made', () => {
    const encoder = new Encoder(resolveSettings({}, {}).form);
    const first = encoder.encode(metricsOf([counter('first', { value: 1 })]), 0);
    const second = encoder.encode(metricsOf([counter('other', { value: 2 })]), 0, true);
    expect([packetsOf(first), packetsOf(second)]).toEqual([['first:1|c'], ['other:2|c']]);
  });

  it('forget series of the SDK that are gone, and write those that come right', () => {
    const encoder = new Encoder(resolveSettings({}, {}).form);
    for (let round = 0; round < 4; round++) {
      const points = Array.from({ length: 900 }, (_, i) => ({
        value: 1,
        attributes: { id: `${round}-${i}` },
      }));
      const lines = packetsOf(encoder.encode(metricsOf([counter('a', ...points)]), 0)).flatMap((p) =>
        p.split('\n'),
      );
      expect(lines).toEqual(points.map(({ attributes }) => `a:1|c|#id:${attributes.id}`));
    }
  });
});
