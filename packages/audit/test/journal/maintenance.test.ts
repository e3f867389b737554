import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { useAudits } from '../opened-audits.ts';
import { segmentsOf } from './segments-of.ts';

const audits = useAudits();
const WAIT = { timeout: 20_000, interval: 20 };

describe('in the background', () => {
  test('a segment is closed when it has its age, though nothing more comes', async () => {
    const { audit, directory } = audits.open({ segmentAge: 20 });
    audit.record({ action: 'orders.place' });
    const last = () => segmentsOf(directory).at(-1)?.text ?? '';
    await expect.poll(last, WAIT).toMatch(/\n\{"seal":.*\n$/);
    audit.record({ action: 'orders.place' });
    await audit.flush();
    expect(segmentsOf(directory).map(({ name }) => Number(name.slice(0, 16)))).toEqual([0, 1]);
    expect(await audit.verify()).toMatchObject({ ok: true, size: 2 });
  });

  test('old segments are removed by their age, the newest closed one never', async () => {
    const { audit, directory, seen } = audits.open({ segmentAge: 15, retention: { maxAge: 15 } });
    for (let round = 0; seen('audit.pruned').length < 3 && round < 500; round++) {
      audit.record({ action: 'orders.place' });
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(seen('audit.pruned').length).toBeGreaterThanOrEqual(3);
    expect(readdirSync(join(directory, 'segments')).some((name) => name.endsWith('.jsonl'))).toBe(true);
    expect(await audit.verify()).toMatchObject({ ok: true, failures: [] });
  });

  test('a clock that is a month ahead for a moment costs no segment', async () => {
    const { audit, directory, seen } = audits.open({ segmentAge: 15, retention: { maxAge: '1d' } });
    const closed = (): number =>
      readdirSync(join(directory, 'segments')).filter((name) => name.endsWith('.jsonl')).length - 1;
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 30 * 86_400_000 });
    try {
      for (let round = 0; closed() < 5 && round < 500; round++) {
        audit.record({ action: 'orders.place' });
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      expect(closed()).toBeGreaterThanOrEqual(5);
      expect(seen('audit.pruned')).toEqual([]);
    } finally {
      vi.useRealTimers();
    }
  });

  test('segments that were closed while others were being removed are not forgotten', async () => {
    const { audit, directory } = audits.open({ segmentBytes: 4_096, retention: { maxBytes: 8_192 } });
    for (let n = 0; n < 1_000; n++) audit.record({ action: 'orders.place' });
    // What is left is less than two closed segments and the one that is being filled.
    const left = () =>
      readdirSync(join(directory, 'segments')).filter((name) => name.endsWith('.jsonl')).length;
    await expect.poll(left, WAIT).toBeLessThanOrEqual(3);
    // A removal that goes on meanwhile asks to verify again.
    await expect.poll(() => audit.verify(), WAIT).toMatchObject({ ok: true, failures: [] });
  });

  test('nothing goes on once the journal is closed, and nothing keeps the process', async () => {
    const before = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const { audit, directory } = audits.open({
      checkpointInterval: 1,
      segmentAge: 1,
      retention: { maxAge: 1 },
    });
    audit.record({ action: 'orders.place' });
    await audit.close();
    const names = readdirSync(join(directory, 'segments'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(readdirSync(join(directory, 'segments'))).toEqual(names);
    const after = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    expect(after).toBeLessThanOrEqual(before);
  });
});
