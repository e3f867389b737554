import { describe, expect, it } from 'vitest';
import { createIncidents } from '../src/incidents.ts';

describe('incidents', () => {
  it('are timed from the blow, once each', () => {
    const incidents = createIncidents();
    incidents.struck('worker-1', 'killed');
    expect(incidents.detected('worker-1')).toBeGreaterThanOrEqual(0);
    expect(incidents.detected('worker-1')).toBeUndefined();
    expect(incidents.recovered('worker-1')).toBeGreaterThanOrEqual(0);
    expect(incidents.recovered('worker-1')).toBeUndefined();
    expect(incidents.figures()).toMatchObject({
      killed: 1,
      frozen: 0,
      detection: { count: 1 },
      recovery: { count: 1 },
    });
  });

  it('count a second blow before the first is mended, and time the first', () => {
    const incidents = createIncidents();
    incidents.struck('worker-1', 'frozen');
    incidents.struck('worker-1', 'killed');
    expect(incidents.isOpen('worker-1')).toBe(true);
    incidents.recovered('worker-1');
    expect(incidents.isOpen('worker-1')).toBe(false);
    expect(incidents.figures()).toMatchObject({ killed: 1, frozen: 1, recovery: { count: 1 } });
  });

  it('are not what a worker did by itself', () => {
    const incidents = createIncidents();
    expect(incidents.detected('worker-1')).toBeUndefined();
    expect(incidents.recovered('worker-1')).toBeUndefined();
    expect(incidents.figures().detection).toEqual({ count: 0, p50: undefined, max: undefined });
  });
});
